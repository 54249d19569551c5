// Neighbouring elements of a row, loaded and stored at once. Included by .cu files only.

#ifndef MNEME_RUNTIME_KERNELS_MATH_PACK_CUDA_H_
#define MNEME_RUNTIME_KERNELS_MATH_PACK_CUDA_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <type_traits>

#include "runtime/core/float16.h"

namespace mneme::cuda {

// Elements that a thread takes at a time, where rows allow it: else one.
constexpr int kWidePack = 8;

// True if packs of kWidePack elements keep every row of these matrices of `dim` columns aligned.
inline bool CanUsePacks(int64_t dim, std::initializer_list<const void*> matrices) {
  bool aligned = dim % kWidePack == 0;
  for (const void* matrix : matrices) aligned &= reinterpret_cast<uintptr_t>(matrix) % 16 == 0;
  return aligned;
}

// Runs `...` with kPack the elements of a pack: 8 if is_wide, else 1.
#define MNEME_PACK_SWITCH(is_wide, kPack, ...)      \
  if (is_wide) {                                    \
    constexpr int kPack = ::mneme::cuda::kWidePack; \
    __VA_ARGS__;                                    \
  } else {                                          \
    constexpr int kPack = 1;                        \
    __VA_ARGS__;                                    \
  }

template <typename T, int kPack>
struct alignas(sizeof(T) * kPack < 16 ? sizeof(T) * kPack : 16) Pack {
  T elements[kPack];
};

template <typename T, int kPack>
__device__ void Unpack(const Pack<T, kPack>& pack, float (&to)[kPack]) {
  if constexpr (std::is_same_v<T, bf16> && kPack % 2 == 0) {
    // Two at a time, of which each is one instruction away from its float.
#pragma unroll
    for (int i = 0; i < kPack; i += 2) {
      uint32_t pair;
      memcpy(&pair, pack.elements + i, sizeof(pair));
      to[i] = FloatFromBits(pair << 16);
      to[i + 1] = FloatFromBits(pair & 0xffff0000u);
    }
  } else {
#pragma unroll
    for (int i = 0; i < kPack; ++i) to[i] = static_cast<float>(pack.elements[i]);
  }
}

template <typename T, int kPack>
__device__ void LoadPack(const T* from, float (&to)[kPack]) {
  const Pack<T, kPack> pack = *reinterpret_cast<const Pack<T, kPack>*>(from);
  Unpack(pack, to);
}

template <typename T, int kPack>
__device__ void StorePack(T* to, const float (&from)[kPack]) {
  Pack<T, kPack> pack;
#pragma unroll
  for (int i = 0; i < kPack; ++i) pack.elements[i] = static_cast<T>(from[i]);
  *reinterpret_cast<Pack<T, kPack>*>(to) = pack;
}

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_KERNELS_MATH_PACK_CUDA_H_
