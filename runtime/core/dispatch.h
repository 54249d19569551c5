// Calls the CPU or the CUDA version of a function by device. Both are declared with one signature
// in cpu:: and cuda::, so a kernel that is missing is a link error. A build without the CUDA
// toolkit never names cuda:: at all.

#ifndef MNEME_RUNTIME_CORE_DISPATCH_H_
#define MNEME_RUNTIME_CORE_DISPATCH_H_

#include "runtime/core/device.h"

// MNEME_DISPATCH(x.device(), ScaleForward, args) calls cpu::ScaleForward(args) or its CUDA twin.
#if MNEME_CUDA
#define MNEME_DISPATCH(device, function, ...) \
  ((device).is_cuda() ? ::mneme::cuda::function(__VA_ARGS__) : ::mneme::cpu::function(__VA_ARGS__))
#else
#define MNEME_DISPATCH(device, function, ...) ((void)(device), ::mneme::cpu::function(__VA_ARGS__))
#endif

// For a function whose CUDA twin is declared but not written: a statement, which CHECKs that the
// device is the CPU. The user includes glog.
#define MNEME_DISPATCH_CPU_ONLY(device, function, ...)                    \
  do {                                                                    \
    CHECK((device).is_cpu()) << #function " does not run on the GPU yet"; \
    ::mneme::cpu::function(__VA_ARGS__);                                  \
  } while (false)

#endif  // MNEME_RUNTIME_CORE_DISPATCH_H_
