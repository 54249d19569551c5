// Calls the CPU or the CUDA version of a function by device. Both are declared with one signature
// in cpu:: and cuda::, so a kernel that is missing is a link error. A build without the CUDA
// toolkit never names cuda:: at all.

#ifndef MNEME_RUNTIME_CORE_DISPATCH_H_
#define MNEME_RUNTIME_CORE_DISPATCH_H_

#include "runtime/core/device.h"
#include "runtime/core/profiler_range.h"

// MNEME_DISPATCH(x.device(), ScaleForward, args) calls cpu::ScaleForward(args) or its CUDA twin, in
// a profiler's range "ScaleForward". MNEME_CALL is the same without a range, for what is called so
// often that it would hide the rest.
#if MNEME_CUDA
#define MNEME_DISPATCH(device, function, ...) \
  (::mneme::ProfilerRange(#function), MNEME_CALL(device, function, __VA_ARGS__))
#define MNEME_CALL(device, function, ...) \
  ((device).is_cuda() ? ::mneme::cuda::function(__VA_ARGS__) : ::mneme::cpu::function(__VA_ARGS__))
#else
#define MNEME_DISPATCH(device, function, ...) MNEME_CALL(device, function, __VA_ARGS__)
#define MNEME_CALL(device, function, ...) \
  (static_cast<void>(device), ::mneme::cpu::function(__VA_ARGS__))
#endif

#endif  // MNEME_RUNTIME_CORE_DISPATCH_H_
