// Marks a function that both the CPU and the GPU compile. Free of dependencies.

#ifndef MNEME_RUNTIME_CORE_HOST_DEVICE_H_
#define MNEME_RUNTIME_CORE_HOST_DEVICE_H_

#ifdef __CUDACC__
#define MNEME_HOST_DEVICE __host__ __device__
#else
#define MNEME_HOST_DEVICE
#endif

#endif  // MNEME_RUNTIME_CORE_HOST_DEVICE_H_
