// exp, log, erf and their kin for f32, written so that the compiler vectorises a loop that calls
// them: no branches, no tables, no calls. Selections evaluate both sides.
//
// Within 2 ulp of the true value (Sigmoid and Silu: 3), subnormal results included, but for Silu
// below -87, which is within 2^-142; infinities, NaN and arguments that overflow give what libm
// gives. The polynomials are minimax fits.

#ifndef MNEME_RUNTIME_KERNELS_MATH_VECTOR_MATH_H_
#define MNEME_RUNTIME_KERNELS_MATH_VECTOR_MATH_H_

#include <cstdint>
#include <limits>

#include "runtime/core/float16.h"

namespace mneme::cpu {

// a b + c, rounded once.
inline float FmaF(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

// 2^n for n in [-126, 127].
inline float PowerOfTwoF(int32_t n) { return FloatFromBits(static_cast<uint32_t>(n + 127) << 23); }

constexpr float kLn2High = 0.693145751953125f;      // 16 bits: times an exponent it is exact
constexpr float kLn2Low = 1.42860682030941723e-6f;  // ln 2 - kLn2High

inline float AbsF(float x) { return FloatFromBits(FloatBits(x) & 0x7fffffffu); }

// |magnitude| with the sign of `sign`.
inline float CopySignF(float magnitude, float sign) {
  return FloatFromBits((FloatBits(magnitude) & 0x7fffffffu) | (FloatBits(sign) & 0x80000000u));
}

// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2.
inline float ExpF(float x) {
  constexpr float kLog2E = 1.44269504088896341f;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the rounded sum in the
                                         // lowest fraction bits
  x = x > 89.0f ? 89.0f : x;             // beyond, e^x is infinite
  x = x < -104.0f ? -104.0f : x;         // beyond, it rounds to 0
  const float shifted = FmaF(x, kLog2E, kRound);
  const float n = shifted - kRound;
  const int32_t exponent = static_cast<int32_t>(FloatBits(shifted) - FloatBits(kRound));
  const float r = FmaF(n, -kLn2Low, FmaF(n, -kLn2High, x));
  float p = 0x1.6a2352p-10f;
  p = FmaF(p, r, 0x1.123a6cp-7f);
  p = FmaF(p, r, 0x1.5558f4p-5f);
  p = FmaF(p, r, 0x1.555490p-3f);
  p = FmaF(p, r, 0x1.fffffcp-2f);
  p = FmaF(p * r, r, r) + 1.0f;
  // exponent is in [-150, 128], one or both ends of which a single power of two cannot express.
  const int32_t half = exponent >> 1;
  return p * PowerOfTwoF(half) * PowerOfTwoF(exponent - half);
}

// log x = k ln 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
inline float LogF(float x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const bool subnormal = x < std::numeric_limits<float>::min();
  const uint32_t bits = FloatBits(subnormal ? x * 0x1p23f : x);
  const int32_t k = static_cast<int32_t>(bits - FloatBits(0x1.6a09e6p-1f)) >> 23;
  const float f = FloatFromBits(bits - (static_cast<uint32_t>(k) << 23)) - 1.0f;
  const float n = static_cast<float>(k) - (subnormal ? 23.0f : 0.0f);
  float p = -0x1.38b57ap-4f;
  p = FmaF(p, f, 0x1.055b68p-3f);
  p = FmaF(p, f, -0x1.0d8542p-3f);
  p = FmaF(p, f, 0x1.22da1ep-3f);
  p = FmaF(p, f, -0x1.547244p-3f);
  p = FmaF(p, f, 0x1.99a008p-3f);
  p = FmaF(p, f, -0x1.000226p-2f);
  p = FmaF(p, f, 0x1.555554p-2f);
  p = FmaF(p * f, f * f, FmaF(-0.5f * f, f, n * kLn2Low));
  const float finite = FmaF(n, kLn2High, f + p);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float positive = x < kInfinity ? finite : x;  // NaN stays
  return x > 0.0f ? positive : (x == 0.0f ? -kInfinity : nan);
}

// 1 / (1 + e^-x)
inline float SigmoidF(float x) {
  const float e = ExpF(-AbsF(x));  // at most 1: no overflow
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

// x / (1 + e^-x). Its limit at -infinity is 0.
inline float SiluF(float x) {
  const float bounded = x < -200.0f ? -200.0f : x;
  return bounded * SigmoidF(bounded);
}

// erf x = x + x P(x^2) near 0, else 1 - e^-Q(x).
inline float ErfF(float x) {
  const float a = AbsF(x);
  const float z = x * x;
  float p = -0x1.38b744p-11f;
  p = FmaF(p, z, 0x1.46ee90p-8f);
  p = FmaF(p, z, -0x1.b6802cp-6f);
  p = FmaF(p, z, 0x1.ce19d2p-4f);
  p = FmaF(p, z, -0x1.8126e2p-2f);
  p = FmaF(p, z, 0x1.06eba6p-3f);
  const float small = FmaF(p, x, x);
  const float b = a > 4.0f ? 4.0f : a;  // erf 4 rounds to 1
  float q = -0x1.9ae900p-13f;
  q = FmaF(q, b, 0x1.8ee16ep-9f);
  q = FmaF(q, b, -0x1.6c2a76p-6f);
  q = FmaF(q, b, 0x1.a9b42ep-4f);
  q = FmaF(q, b, 0x1.463cc0p-1f);
  q = FmaF(q, b, 0x1.20af5ap+0f);
  q = FmaF(q, b, 0x1.9a5c78p-13f);
  const float large = 1.0f - ExpF(-q);
  return a < 0.93f ? small : CopySignF(large, x);
}

}  // namespace mneme::cpu

#endif  // MNEME_RUNTIME_KERNELS_MATH_VECTOR_MATH_H_
