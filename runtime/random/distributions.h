// From 32 random bits to a number of a distribution, the same bits on every CPU and GPU.
//
// That holds because each function is a fixed sequence of operations that IEEE 754 rounds
// correctly. Compilers may fuse a product and a sum that uses it, and do so differently, so here
// every product that feeds a sum is an explicit fmaf. Callers keep the promise if they only
// multiply or compare a result, or pass it to fmaf; `mean + Normal(bits)` would break it.
//
// Header-only and free of dependencies: kernels of every device use it.

#ifndef MNEME_RUNTIME_RANDOM_DISTRIBUTIONS_H_
#define MNEME_RUNTIME_RANDOM_DISTRIBUTIONS_H_

#include <cmath>
#include <cstdint>
#include <cstring>

#include "runtime/core/host_device.h"

namespace mneme {

// Uniform in [0, 1): a multiple of 2^-24.
MNEME_HOST_DEVICE inline float Uniform(uint32_t bits) {
  return static_cast<float>(static_cast<int32_t>(bits >> 8)) * 0x1p-24f;
}

// Uniform in (-1, 1): an odd multiple of 2^-24; symmetric about 0.
MNEME_HOST_DEVICE inline float UniformSymmetric(uint32_t bits) {
  return static_cast<float>(static_cast<int32_t>(bits >> 8) * 2 - 0xFFFFFF) * 0x1p-24f;
}

// -ln(y) for a normal y > 0; relative error below 2e-7.
MNEME_HOST_DEVICE inline float NegativeLog(float y) {
  int32_t bits;
  memcpy(&bits, &y, sizeof(bits));
  // y = 2^exponent * (1 + f) with f in [-1/3, 1/3).
  const int32_t exponent = (bits - 0x3F2AAAAB) >> 23;
  bits -= exponent * (1 << 23);
  float f;
  memcpy(&f, &bits, sizeof(f));
  f -= 1.0f;
  // ln(1 + f) / f: minimax polynomial on [-1/3, 1/3], error 2.7e-8.
  float p = 0.1443493795f;
  p = fmaf(p, f, -0.1540323207f);
  p = fmaf(p, f, 0.1390346453f);
  p = fmaf(p, f, -0.1641278439f);
  p = fmaf(p, f, 0.2001779093f);
  p = fmaf(p, f, -0.2500802764f);
  p = fmaf(p, f, 0.3333303877f);
  p = fmaf(p, f, -0.4999993212f);
  p = fmaf(p, f, 1.0f);
  constexpr float kLn2 = 0.693147181f;
  return fmaf(static_cast<float>(-exponent), kLn2, -(f * p));
}

// erf^-1(scale * x) for |scale * x| < 1 - 2^-25; relative error below 1e-6.
// M. Giles, "Approximating the erfinv function" (GPU Computing Gems, 2010), single precision:
// x times a polynomial in w = -ln(1 - x^2), or in sqrt(w) where w >= 5.
// The scale is applied inside because only there can it be fused as it must be.
MNEME_HOST_DEVICE inline float ErfInv(float x, float scale = 1.0f) {
  const float one_minus = fmaf(-scale, x, 1.0f);
  const float one_plus = fmaf(scale, x, 1.0f);
  const float w = NegativeLog(one_minus * one_plus);
  const bool central = w < 5.0f;
  // Both branches are one polynomial with its coefficients picked, so that loops vectorise.
  const float t = central ? w - 2.5f : sqrtf(w) - 3.0f;
  float p = central ? 2.81022636e-08f : -2.00214257e-04f;
  p = fmaf(p, t, central ? 3.43273939e-07f : 1.00950558e-04f);
  p = fmaf(p, t, central ? -3.5233877e-06f : 1.34934322e-03f);
  p = fmaf(p, t, central ? -4.39150654e-06f : -3.67342844e-03f);
  p = fmaf(p, t, central ? 2.1858087e-04f : 5.73950773e-03f);
  p = fmaf(p, t, central ? -1.25372503e-03f : -7.6224613e-03f);
  p = fmaf(p, t, central ? -4.17768164e-03f : 9.43887047e-03f);
  p = fmaf(p, t, central ? 0.246640727f : 1.00167406f);
  p = fmaf(p, t, central ? 1.50140941f : 2.83297682f);
  return p * (scale * x);
}

constexpr float kSqrt2 = 1.41421356f;

// Standard normal: sqrt(2) erf^-1(u), u uniform in (-1, 1). Symmetric; |result| < 5.43.
MNEME_HOST_DEVICE inline float Normal(uint32_t bits) {
  return kSqrt2 * ErfInv(UniformSymmetric(bits));
}

// Standard normal under the condition |result| <= 3 (its standard deviation is 0.98658).
MNEME_HOST_DEVICE inline float TruncatedNormal(uint32_t bits) {
  constexpr float kErf3OverSqrt2 = 0.997300204f;  // P(|z| < 3)
  return kSqrt2 * ErfInv(UniformSymmetric(bits), kErf3OverSqrt2);
}

}  // namespace mneme

#endif  // MNEME_RUNTIME_RANDOM_DISTRIBUTIONS_H_
