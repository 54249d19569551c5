// Memory of the GPU, and host memory that the GPU can read.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Refuses if the GPU has fewer than bytes_needed free, and says both numbers. `what` is the subject
// of the sentence: "the value tables".
absl::Status CheckFitsOnGpu(int64_t bytes_needed, absl::string_view what);

// Told, from any thread, of so many bytes more that are done.
using BytesDone = std::function<void(int64_t bytes)>;

// A tensor of zeros in host memory, of its own pages, that kernels of `device` can read and copies
// to and from it need not stop for: on the GPU, it is pinned. Unlike MapZeros it takes its memory
// at once, on all threads, and tells `touched` as it does. `what` names it in an error: the system
// may refuse to pin so much.
absl::StatusOr<Tensor> MapPinned(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what, const BytesDone& touched = nullptr);

// What MapPinned does last: `mapped`, which MapZeros made and whose pages are in use, can be read
// by kernels of `device`.
absl::StatusOr<Tensor> Pin(const Tensor& mapped, Device device, absl::string_view what);

// Memory of MapPinned under the address that kernels of `device` read it at.
Tensor AsSeenBy(Device device, const Tensor& pinned);

namespace cpu {
inline void* DeviceAddress(void* pinned) { return pinned; }
inline int64_t FreeBytes() { return INT64_MAX; }
inline const char* PinMemory(void*, int64_t) { return nullptr; }
inline void UnpinMemory(void*) {}
}  // namespace cpu
namespace cuda {
void* DeviceAddress(void* pinned);
int64_t FreeBytes();
// Returns null, or the reason why not.
const char* PinMemory(void* data, int64_t bytes);
void UnpinMemory(void* data);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_GPU_MEMORY_H_
