// philox.h and distributions.h on every lane of a vector: the same operations on the same numbers
// in the same order, so the same bits as there.
//
// For sources that Highway compiles once for each kind of SIMD; hence the unusual guard. D is a tag
// of 32-bit lanes: uint32_t for Philox, float for distributions.

#if defined(MNEME_RUNTIME_RANDOM_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MNEME_RUNTIME_RANDOM_LANES_INL_H_
#undef MNEME_RUNTIME_RANDOM_LANES_INL_H_
#else
#define MNEME_RUNTIME_RANDOM_LANES_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "runtime/random/distributions.h"
#include "runtime/random/philox.h"

HWY_BEFORE_NAMESPACE();
namespace mneme::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One word of as many counters as D has lanes.
template <class D>
using Bits = hn::Vec<hn::RebindToUnsigned<D>>;

// Replaces the words of counters by the random words drawn for them.
template <class D>
HWY_INLINE void Philox4x32(D d, PhiloxKey key, Bits<D>& c0, Bits<D>& c1, Bits<D>& c2, Bits<D>& c3) {
  // Products have 64 bits, so even and odd lanes are worked on apart, each in the lower half of a
  // 64-bit lane; whatever gets into the upper halves stays there.
  const hn::RepartitionToWide<D> wide;
  using Words = hn::Vec<decltype(wide)>;
  const auto do_round = [=](Words k0, Words k1, Words& w0, Words& w1, Words& w2, Words& w3) {
    const Words product0 = hn::MulEven(hn::BitCast(d, w0), hn::Set(d, 0xD2511F53u));
    const Words product1 = hn::MulEven(hn::BitCast(d, w2), hn::Set(d, 0xCD9E8D57u));
    w0 = hn::Xor3(hn::ShiftRight<32>(product1), w1, k0);
    w1 = product1;
    w2 = hn::Xor3(hn::ShiftRight<32>(product0), w3, k1);
    w3 = product0;
  };
  const auto even = [=](Bits<D> c) { return hn::BitCast(wide, c); };
  const auto odd = [=](Bits<D> c) { return hn::ShiftRight<32>(hn::BitCast(wide, c)); };
  const auto merge = [=](Words even, Words odd) {
    return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
  };

  Words even0 = even(c0), even1 = even(c1), even2 = even(c2), even3 = even(c3);
  Words odd0 = odd(c0), odd1 = odd(c1), odd2 = odd(c2), odd3 = odd(c3);
  uint32_t k0 = static_cast<uint32_t>(key.bits);
  uint32_t k1 = static_cast<uint32_t>(key.bits >> 32);
  for (int round = 0; round < 10; ++round) {
    do_round(hn::Set(wide, k0), hn::Set(wide, k1), even0, even1, even2, even3);
    do_round(hn::Set(wide, k0), hn::Set(wide, k1), odd0, odd1, odd2, odd3);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  c0 = merge(even0, odd0);
  c1 = merge(even1, odd1);
  c2 = merge(even2, odd2);
  c3 = merge(even3, odd3);
}

// Uniform in [0, 1).
template <class D>
HWY_INLINE hn::Vec<D> Uniform(D d, Bits<D> bits) {
  const hn::RebindToSigned<D> i;
  const auto number = hn::ConvertTo(d, hn::BitCast(i, hn::ShiftRight<8>(bits)));
  return hn::Mul(number, hn::Set(d, 0x1p-24f));
}

// Uniform in (-1, 1).
template <class D>
HWY_INLINE hn::Vec<D> UniformSymmetric(D d, Bits<D> bits) {
  const hn::RebindToSigned<D> i;
  const auto number = hn::BitCast(i, hn::ShiftRight<8>(bits));
  const auto centred = hn::Sub(hn::Add(number, number), hn::Set(i, 0xFFFFFF));
  return hn::Mul(hn::ConvertTo(d, centred), hn::Set(d, 0x1p-24f));
}

// The coefficient of the highest power comes first.
template <class D, int terms>
HWY_INLINE hn::Vec<D> Polynomial(D d, hn::Vec<D> x, const float (&coefficients)[terms]) {
  auto p = hn::Set(d, coefficients[0]);
  for (int i = 1; i < terms; ++i) p = hn::MulAdd(p, x, hn::Set(d, coefficients[i]));
  return p;
}

// -ln(y)
template <class D>
HWY_INLINE hn::Vec<D> NegativeLog(D d, hn::Vec<D> y) {
  constexpr float kCoefficients[] = {0.1443493795f,  -0.1540323207f, 0.1390346453f,
                                     -0.1641278439f, 0.2001779093f,  -0.2500802764f,
                                     0.3333303877f,  -0.4999993212f, 1.0f};
  const hn::RebindToSigned<D> i;
  const auto bits = hn::BitCast(i, y);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(i, 0x3F2AAAAB)));
  const auto f =
      hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(d, 1.0f));
  const auto product = hn::Mul(f, Polynomial(d, f, kCoefficients));
  return hn::NegMulSub(hn::ConvertTo(d, exponent), hn::Set(d, 0.693147181f), product);
}

// erf^-1(scale * x)
template <class D>
HWY_INLINE hn::Vec<D> ErfInv(D d, hn::Vec<D> x, float scale) {
  constexpr float kCentral[] = {2.81022636e-08f,  3.43273939e-07f, -3.5233877e-06f,
                                -4.39150654e-06f, 2.1858087e-04f,  -1.25372503e-03f,
                                -4.17768164e-03f, 0.246640727f,    1.50140941f};
  constexpr float kTail[] = {-2.00214257e-04f, 1.00950558e-04f, 1.34934322e-03f,
                             -3.67342844e-03f, 5.73950773e-03f, -7.6224613e-03f,
                             9.43887047e-03f,  1.00167406f,     2.83297682f};
  const auto one = hn::Set(d, 1.0f), scales = hn::Set(d, scale);
  const auto w = NegativeLog(d, hn::Mul(hn::NegMulAdd(scales, x, one), hn::MulAdd(scales, x, one)));
  const auto is_central = hn::Lt(w, hn::Set(d, 5.0f));
  auto p = Polynomial(d, hn::Sub(w, hn::Set(d, 2.5f)), kCentral);
  // Of 300 numbers one lies in the tails.
  if (HWY_UNLIKELY(!hn::AllTrue(d, is_central))) {
    const auto t = hn::Sub(hn::Sqrt(w), hn::Set(d, 3.0f));
    p = hn::IfThenElse(is_central, p, Polynomial(d, t, kTail));
  }
  return hn::Mul(p, hn::Mul(scales, x));
}

template <class D>
HWY_INLINE hn::Vec<D> Normal(D d, Bits<D> bits) {
  return hn::Mul(hn::Set(d, kSqrt2), ErfInv(d, UniformSymmetric(d, bits), 1.0f));
}

template <class D>
HWY_INLINE hn::Vec<D> TruncatedNormal(D d, Bits<D> bits) {
  constexpr float kErf3OverSqrt2 = 0.997300204f;  // P(|z| < 3)
  return hn::Mul(hn::Set(d, kSqrt2), ErfInv(d, UniformSymmetric(d, bits), kErf3OverSqrt2));
}

}  // namespace mneme::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // MNEME_RUNTIME_RANDOM_LANES_INL_H_
