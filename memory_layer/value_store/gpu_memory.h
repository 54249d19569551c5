// Memory of the GPU, and host memory that the GPU can read.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Refuses if the GPU has fewer than bytes_needed free, and says both numbers. `what` is the subject
// of the sentence: "the value tables".
absl::Status CheckFitsOnGpu(int64_t bytes_needed, absl::string_view what);

// A tensor in host memory that kernels of `device` read in place, while the CPU writes other rows
// of it. What it holds at first is undefined on a GPU; it takes memory when it is first written to.
// Where the driver can, it is managed memory that stays on the host: the GPU maps that by pages of
// 2 MiB, and pinned memory by pages of 4 KiB, whose translation is what bounds reading small rows.
// Else it is MapPinned's. `what` names it in an error.
absl::StatusOr<Tensor> MapShared(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what);

// Memory of MapShared as a tensor of `device`.
Tensor AsSeenBy(Device device, const Tensor& shared);

// A tensor of zeros in host memory, of its own pages, that kernels of `device` can read and copies
// to and from it need not stop for: on the GPU, it is pinned. Unlike MapZeros it takes its memory
// at once, on all threads. `what` names it in an error: the system may refuse to pin so much.
absl::StatusOr<Tensor> MapPinned(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what);

namespace cpu {
inline void* DeviceAddress(void* shared) { return shared; }
inline int64_t FreeBytes() { return INT64_MAX; }
inline const char* PinMemory(void*, int64_t) { return nullptr; }
inline void UnpinMemory(void*) {}
inline bool CanShareManaged() { return false; }
inline const char* AllocateManaged(int64_t, void**) { return nullptr; }
inline void FreeManaged(void*) {}
}  // namespace cpu
namespace cuda {
void* DeviceAddress(void* shared);
int64_t FreeBytes();
// Returns null, or the reason why not.
const char* PinMemory(void* data, int64_t bytes);
void UnpinMemory(void* data);
// Whether the CPU may write to managed memory while kernels read it.
bool CanShareManaged();
const char* AllocateManaged(int64_t bytes, void** data);
void FreeManaged(void* data);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_
