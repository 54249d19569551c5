// Compiled once for each kind of SIMD that a CPU may have; the best is chosen at run time.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "memory_layer/sparse_adam/sparse_adam_cpu.cc"
#include "hwy/foreach_target.h"
// foreach_target.h must come first.
#include <algorithm>
#include <cmath>

#include "hwy/highway.h"
#include "memory_layer/sparse_adam/sparse_adam_kernels.h"
#include "runtime/parallel/thread_pool.h"

HWY_BEFORE_NAMESPACE();
namespace mneme::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kBlock = 16;  // columns between two prefetches: a cache line of f32

// A row and its state. G, W: types of gradients and values.
template <typename G, typename W>
struct Row {
  const G* HWY_RESTRICT gradient;
  W* HWY_RESTRICT value;
  float* HWY_RESTRICT exp_avg;
  float* HWY_RESTRICT exp_avg_sq;
  bf16* HWY_RESTRICT rounded;  // or null
  uint32_t random;             // of this row and update, for values in bf16
};

template <class D>
hn::Vec<D> LoadFloats(D d, const float* from) {
  return hn::LoadU(d, from);
}

template <class D>
hn::Vec<D> LoadFloats(D d, const bf16* from) {
  const auto bits = hn::LoadU(hn::Rebind<uint16_t, D>(), &from->bits);
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(hn::RebindToUnsigned<D>(), bits)));
}

template <class D, class U>
void StoreUpperHalves(D, U bits, bf16* to) {
  const hn::RebindToSigned<D> signed_tag;
  const hn::Rebind<uint16_t, D> half_tag;
  const auto halves = hn::BitCast(signed_tag, hn::ShiftRight<16>(bits));
  hn::StoreU(hn::DemoteTo(half_tag, halves), half_tag, &to->bits);
}

// To nearest even. Values are finite.
template <class D>
void StoreNearest(D d, hn::Vec<D> x, bf16* to) {
  const hn::RebindToUnsigned<D> u;
  const auto bits = hn::BitCast(u, x);
  const auto is_odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u, 1));
  StoreUpperHalves(d, hn::Add(bits, hn::Add(is_odd, hn::Set(u, 0x7fff))), to);
}

// Up with the probability of what is cut off. The mixing of the column's bits is a bijection whose
// constants were searched for (Wellons, "Prospecting for hash functions", 2018).
template <class D>
void StoreStochastic(D d, hn::Vec<D> x, uint32_t random, int64_t column, bf16* to) {
  const hn::RebindToUnsigned<D> u;
  const auto columns = hn::Iota(u, static_cast<uint32_t>(column));
  auto hash = hn::Add(hn::Mul(columns, hn::Set(u, 0x9E3779B9u)), hn::Set(u, random));
  hash = hn::Mul(hn::Xor(hash, hn::ShiftRight<16>(hash)), hn::Set(u, 0x7FEB352Du));
  hash = hn::Mul(hn::Xor(hash, hn::ShiftRight<15>(hash)), hn::Set(u, 0x846CA68Bu));
  StoreUpperHalves(d, hn::Add(hn::BitCast(u, x), hn::ShiftRight<16>(hash)), to);
}

template <class D>
void StoreValue(D d, hn::Vec<D> x, uint32_t, int64_t, float* to) {
  hn::StoreU(x, d, to);
}

template <class D>
void StoreValue(D d, hn::Vec<D> x, uint32_t random, int64_t column, bf16* to) {
  StoreStochastic(d, x, random, column, to);
}

struct Coefficients {
  float scale, beta1, beta2, epsilon, step_size, correction;
};

// As many columns from c on as D has lanes.
template <class D, typename G, typename W>
HWY_INLINE void UpdateLanes(D d, const Coefficients& k, const Row<G, W>& row, int64_t c) {
  const auto g = hn::Mul(LoadFloats(d, row.gradient + c), hn::Set(d, k.scale));
  const auto m = hn::MulAdd(hn::Set(d, k.beta1), hn::LoadU(d, row.exp_avg + c),
                            hn::Mul(hn::Set(d, 1.0f - k.beta1), g));
  const auto v = hn::MulAdd(hn::Set(d, k.beta2), hn::LoadU(d, row.exp_avg_sq + c),
                            hn::Mul(hn::Mul(hn::Set(d, 1.0f - k.beta2), g), g));
  const auto denominator = hn::MulAdd(hn::Sqrt(v), hn::Set(d, k.correction), hn::Set(d, k.epsilon));
  const auto step = hn::Div(hn::Mul(hn::Set(d, k.step_size), m), denominator);
  const auto w = hn::Sub(LoadFloats(d, row.value + c), step);
  hn::StoreU(m, d, row.exp_avg + c);
  hn::StoreU(v, d, row.exp_avg_sq + c);
  StoreValue(d, w, row.random, c, row.value + c);
  if (row.rounded != nullptr) StoreNearest(d, w, row.rounded + c);
}

template <typename T>
HWY_INLINE void Prefetch(const T* at) {
  __builtin_prefetch(at, /*rw=*/1);
}

// Fetches the columns of `next` while it updates those of `row`.
template <typename G, typename W>
void UpdateRow(const Coefficients& k, int64_t dim, const Row<G, W>& row, const Row<G, W>& next) {
  const hn::CappedTag<float, kBlock> wide;
  const hn::CappedTag<float, 1> single;
  int64_t c = 0;
  for (; c + kBlock <= dim; c += kBlock) {
    Prefetch(next.value + c);
    Prefetch(next.exp_avg + c);
    Prefetch(next.exp_avg_sq + c);
    if (next.rounded != nullptr) Prefetch(next.rounded + c);
    for (size_t i = 0; i < kBlock; i += hn::Lanes(wide)) UpdateLanes(wide, k, row, c + i);
  }
  for (; c < dim; ++c) UpdateLanes(single, k, row, c);
}

template <typename G, typename W>
void UpdateRowsAs(const SparseAdamKernelArgs& args, int64_t begin, int64_t end) {
  const AdamFactors& factors = *args.factors;
  const Coefficients k = {.scale = factors.gradient_scale,
                          .beta1 = args.beta1,
                          .beta2 = args.beta2,
                          .epsilon = args.epsilon,
                          .step_size = args.lr * factors.correction,
                          .correction = factors.inv_sqrt_correction};
  const auto row_at = [&](int64_t u) {
    const int64_t row = args.rows[u], at = row * args.dim;
    return Row<G, W>{.gradient = static_cast<const G*>(args.gradients) + u * args.dim,
                     .value = static_cast<W*>(args.values) + at,
                     .exp_avg = args.exp_avg + at,
                     .exp_avg_sq = args.exp_avg_sq + at,
                     .rounded = args.rounded == nullptr ? nullptr : args.rounded + at,
                     .random = 0};
  };
  const int64_t ahead = std::clamp<int64_t>(1024 / args.dim, 1, 16);  // rows fetched early
  for (int64_t u = begin; u < end; ++u) {
    Row<G, W> row = row_at(u);
    if constexpr (std::is_same_v<W, bf16>) {
      const uint64_t id = args.rows[u];
      const PhiloxBlock counter = {{static_cast<uint32_t>(id), static_cast<uint32_t>(id >> 32),
                                    static_cast<uint32_t>(factors.updates),
                                    static_cast<uint32_t>(PhiloxUse::kRounding)}};
      row.random = Philox4x32(counter, args.rounding_key).words[0];
    }
    UpdateRow(k, args.dim, row, row_at(std::min(u + ahead, end - 1)));
  }
}

void UpdateRows(const SparseAdamKernelArgs& args, int64_t begin, int64_t end) {
  const bool is_bf16 = args.values_dtype == DType::kBF16;
  if (args.gradients_dtype == DType::kBF16) {
    is_bf16 ? UpdateRowsAs<bf16, bf16>(args, begin, end)
            : UpdateRowsAs<bf16, float>(args, begin, end);
  } else {
    is_bf16 ? UpdateRowsAs<float, bf16>(args, begin, end)
            : UpdateRowsAs<float, float>(args, begin, end);
  }
}

}  // namespace mneme::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mneme::cpu {

HWY_EXPORT(UpdateRows);

void SparseAdam(const SparseAdamKernelArgs& args) {
  constexpr int64_t kChunkElements = 1 << 13;
  if (std::isnan(args.factors->gradient_scale)) return;
  const int64_t grain = std::max<int64_t>(1, kChunkElements / std::max<int64_t>(1, args.dim));
  ParallelFor(*args.count, grain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(UpdateRows)(args, begin, end);
  });
}

}  // namespace mneme::cpu
#endif
