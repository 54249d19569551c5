// Failure of a CUDA call is fatal: it prints the expression, its place and the driver's reason.
// Included by .cu files and CUDA host code only.

#ifndef MNEME_RUNTIME_CORE_CUDA_CHECK_H_
#define MNEME_RUNTIME_CORE_CUDA_CHECK_H_

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

// A statement: MNEME_CUDA_CHECK(cudaMemcpyAsync(...));
#define MNEME_CUDA_CHECK(expr)                                                       \
  do {                                                                               \
    const cudaError_t mneme_error = (expr);                                          \
    if (mneme_error != cudaSuccess) {                                                \
      std::fprintf(stderr, "%s:%d: %s failed: %s (%s)\n", __FILE__, __LINE__, #expr, \
                   cudaGetErrorString(mneme_error), cudaGetErrorName(mneme_error));  \
      std::abort();                                                                  \
    }                                                                                \
  } while (false)

// After a kernel launch: bad launch arguments show here.
#define MNEME_CUDA_CHECK_LAUNCH() MNEME_CUDA_CHECK(cudaGetLastError())

namespace mneme::cuda {

// The stream that ops' kernels run on: Stream::Compute(Device::Cuda()).
cudaStream_t ComputeStream();

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_CUDA_CHECK_H_
