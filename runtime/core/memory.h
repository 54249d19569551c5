// Raw memory on a device, and copies between devices. Tensors own memory through Storage; nothing
// else should need this header.

#ifndef MNEME_RUNTIME_CORE_MEMORY_H_
#define MNEME_RUNTIME_CORE_MEMORY_H_

#include <cstdint>

namespace mneme {

// On the CPU, freed blocks are kept and handed out again to requests of the same size class: a
// training step asks for the same sizes every time, and fresh pages would cost more than the work
// done in them. On the GPU the same is done for blocks of up to 1 MiB, and by the stream-ordered
// pool for others. Memory is aligned to 64 bytes and not initialised.
namespace cpu {
// Null if there is no room, and for 0 bytes.
void* Allocate(int64_t bytes);
void Free(void* data, int64_t bytes);
// Bytes handed out and not freed: now, and at most so far.
int64_t BytesInUse();
int64_t PeakBytesInUse();
// Ends the program with a sentence: that `what` did not fit, what is in use, and which settings
// need less.
[[noreturn]] void ExitOutOfMemory(int64_t bytes, const char* what);
void CopyToDevice(void* to, const void* from, int64_t bytes);
void CopyToHost(void* to, const void* from, int64_t bytes);
void CopyOnDevice(void* to, const void* from, int64_t bytes);
void ZeroMemory(void* data, int64_t bytes);
// Host memory to which a copy can go while the host does other work, in the order of the compute
// stream: an event behind it tells that it is done. Null for 0 bytes.
void* AllocatePinned(int64_t bytes);
void FreePinned(void* data, int64_t bytes);
void StartCopyToHost(void* pinned, const void* from, int64_t bytes);
}  // namespace cpu

namespace cuda {
void* Allocate(int64_t bytes);
void Free(void* data, int64_t bytes);
int64_t BytesInUse();
int64_t PeakBytesInUse();
[[noreturn]] void ExitOutOfMemory(int64_t bytes, const char* what);
// Copies in the order of the compute stream. A copy to the host waits until it is done; one from
// the host takes the bytes and goes on.
void CopyToDevice(void* to, const void* from, int64_t bytes);
void CopyToHost(void* to, const void* from, int64_t bytes);
void CopyOnDevice(void* to, const void* from, int64_t bytes);
void ZeroMemory(void* data, int64_t bytes);
void* AllocatePinned(int64_t bytes);
void FreePinned(void* data, int64_t bytes);
void StartCopyToHost(void* pinned, const void* from, int64_t bytes);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_MEMORY_H_
