// bf16 and f16 storage types with conversions to and from float, for host and device code.
// Arithmetic is done in float; these types only store. Rounding is to nearest even. Device code has
// instructions for it (PTX ISA, "cvt"), which give the same bits.

#ifndef MNEME_RUNTIME_CORE_FLOAT16_H_
#define MNEME_RUNTIME_CORE_FLOAT16_H_

#include <cstdint>
#include <cstring>

#include "runtime/core/dtype.h"
#include "runtime/core/host_device.h"

namespace mneme {

MNEME_HOST_DEVICE inline uint32_t FloatBits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

MNEME_HOST_DEVICE inline float FloatFromBits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

// 1 sign, 8 exponent, 7 fraction bits: the upper half of a float.
struct bf16 {
  uint16_t bits;

  bf16() = default;
  MNEME_HOST_DEVICE explicit bf16(float x) {
#ifdef __CUDA_ARCH__
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
#else
    const uint32_t u = FloatBits(x);
    const uint32_t is_nan = (u & 0x7fffffffu) > 0x7f800000u;
    const uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    bits = static_cast<uint16_t>(is_nan ? 0x7fffu : rounded);
#endif
  }
  MNEME_HOST_DEVICE explicit operator float() const {
    return FloatFromBits(static_cast<uint32_t>(bits) << 16);
  }
};

// IEEE binary16: 1 sign, 5 exponent, 10 fraction bits.
struct f16 {
  uint16_t bits;

  f16() = default;
  MNEME_HOST_DEVICE explicit f16(float x) {
#ifdef __CUDA_ARCH__
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
#else
    const uint32_t sign = (FloatBits(x) >> 16) & 0x8000u;
    const uint32_t u = FloatBits(x) & 0x7fffffffu;
    uint32_t half;
    if (u > 0x7f800000u) {
      half = 0x7fffu;  // NaN
    } else if (u >= 0x477ff000u) {
      half = 0x7c00u;  // rounds to infinity
    } else if (u >= 0x38800000u) {
      half = (u - 0x38000000u + 0xfffu + ((u >> 13) & 1u)) >> 13;
    } else {
      // Subnormal: adding 0.5 leaves the rounded multiple of 2^-24 in the low fraction bits.
      half = FloatBits(FloatFromBits(u) + 0.5f) - 0x3f000000u;
    }
    bits = static_cast<uint16_t>(sign | half);
#endif
  }
  MNEME_HOST_DEVICE explicit operator float() const {
#ifdef __CUDA_ARCH__
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
    return x;
#else
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    const uint32_t magnitude = bits & 0x7fffu;
    // Moving the fraction up makes a float whose exponent is 112 too small; a multiplication
    // mends it exactly, subnormals included. Infinity and NaN need their exponent filled.
    const float scaled = FloatFromBits(magnitude << 13) * FloatFromBits(0x77800000u);
    const uint32_t special = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
    return FloatFromBits(FloatBits(scaled) | special | sign);
#endif
  }
};

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::kF32;
};
template <>
struct DTypeOf<bf16> {
  static constexpr DType value = DType::kBF16;
};
template <>
struct DTypeOf<f16> {
  static constexpr DType value = DType::kF16;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::kI32;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::kI64;
};

// Runs `...` with T the C++ type of a float dtype: MNEME_FLOAT_SWITCH(args.dtype, T,
// Rows<T>(args));
#define MNEME_FLOAT_SWITCH(dtype, T, ...) \
  switch (dtype) {                        \
    case ::mneme::DType::kBF16: {         \
      using T = ::mneme::bf16;            \
      __VA_ARGS__;                        \
      break;                              \
    }                                     \
    case ::mneme::DType::kF16: {          \
      using T = ::mneme::f16;             \
      __VA_ARGS__;                        \
      break;                              \
    }                                     \
    default: {                            \
      using T = float;                    \
      __VA_ARGS__;                        \
      break;                              \
    }                                     \
  }

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_FLOAT16_H_
