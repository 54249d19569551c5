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
#define MNEME_DISPATCH(device, function, ...) (::mneme::cpu::function(__VA_ARGS__))
#endif

#endif  // MNEME_RUNTIME_CORE_DISPATCH_H_
