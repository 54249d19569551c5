// Copies from global to shared memory that run while the thread goes on. Included by .cu files
// only.

#ifndef MNEME_RUNTIME_KERNELS_MATH_COPY_ASYNC_CUDA_H_
#define MNEME_RUNTIME_KERNELS_MATH_COPY_ASYNC_CUDA_H_

#include <cstdint>

namespace mneme::cuda {

// Of a pointer into shared memory, as instructions take it.
__device__ inline uint32_t SharedAddress(const void* shared) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(shared));
}

// Starts a copy to shared memory, aligned to its size; `inside` false: of zeros, and `from` is not
// read.
__device__ inline void CopyAsync16(void* shared, const void* from, bool inside = true) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(SharedAddress(shared)), "l"(from), "r"(inside ? 16 : 0)
               : "memory");
}
__device__ inline void CopyAsync4(void* shared, const void* from, bool inside) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;"
               :
               : "r"(SharedAddress(shared)), "l"(from), "r"(inside ? 4 : 0)
               : "memory");
}

// Waits for the copies this thread has started. Others' are there after a __syncthreads.
__device__ inline void WaitForCopies() { asm volatile("cp.async.wait_all;" ::: "memory"); }

// The copies that this thread has started since the last call are a group.
__device__ inline void EndCopyGroup() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits for all of this thread's groups but the latest kLeft.
template <int kLeft>
__device__ void WaitForCopyGroups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
}

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_KERNELS_MATH_COPY_ASYNC_CUDA_H_
