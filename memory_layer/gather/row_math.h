// Sums and dot products over a few scattered rows, for CPU kernels: inline, and free of
// dependencies. Sums run in a fixed order, which depends on nothing but the sizes.

#ifndef MNEME_MEMORY_LAYER_GATHER_ROW_MATH_H_
#define MNEME_MEMORY_LAYER_GATHER_ROW_MATH_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mneme::cpu {

// Rows that are worked on together: enough to keep several streams from memory under way.
constexpr int64_t kRowGroup = 4;

// Asks for the beginning of a row; what follows, the hardware fetches by itself.
inline void PrefetchRow(const float* row, int64_t dim) {
  constexpr int64_t kMaxBytes = 256;
  const int64_t bytes = std::min<int64_t>(dim * static_cast<int64_t>(sizeof(float)), kMaxBytes);
  for (int64_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(reinterpret_cast<const char*>(row) + at);
  }
}

// out[c] = the sum over k of weights[k] rows[k][c], added to out[c] if kAdd. c < dim.
template <bool kAdd, int kRows>
inline void SumGroup(const float* const* rows, const float* weights, int64_t dim,
                     float* __restrict out) {
  for (int64_t c = 0; c < dim; ++c) {
    float sum = kAdd ? out[c] + weights[0] * rows[0][c] : weights[0] * rows[0][c];
    for (int k = 1; k < kRows; ++k) sum += weights[k] * rows[k][c];
    out[c] = sum;
  }
}

// out[c] = the sum over i < count of weight(i) row(i)[c], in that order; zero without rows. row and
// weight are functions of i.
template <typename Row, typename Weight>
inline void WeightedSumOfRows(int64_t count, Row row, Weight weight, int64_t dim, float* out) {
  if (count == 0) std::fill_n(out, dim, 0.0f);
  const float* rows[kRowGroup];
  float weights[kRowGroup];
  for (int64_t i = 0; i < count; i += kRowGroup) {
    const int64_t n = std::min(kRowGroup, count - i);
    for (int64_t ahead = i + n; ahead < std::min(i + n + kRowGroup, count); ++ahead) {
      PrefetchRow(row(ahead), dim);
    }
    for (int64_t k = 0; k < n; ++k) rows[k] = row(i + k), weights[k] = weight(i + k);
    if (n == kRowGroup) {
      i == 0 ? SumGroup<false, kRowGroup>(rows, weights, dim, out)
             : SumGroup<true, kRowGroup>(rows, weights, dim, out);
      continue;
    }
    for (int64_t k = 0; k < n; ++k) {
      i + k == 0 ? SumGroup<false, 1>(rows + k, weights + k, dim, out)
                 : SumGroup<true, 1>(rows + k, weights + k, dim, out);
    }
  }
}

// Eight numbers in one vector register (of a CPU that has such).
typedef float Float8 __attribute__((vector_size(32)));

inline Float8 Load8(const float* from) {
  Float8 v;
  std::memcpy(&v, from, sizeof(v));
  return v;
}

inline float SumOf8(Float8 v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// out[k] = the sum over c of rows[k][c] x[c].
template <int kRows>
inline void DotGroup(const float* const* rows, const float* x, int64_t dim, float* out) {
  Float8 even[kRows] = {}, odd[kRows] = {};
  int64_t c = 0;
  for (; c + 16 <= dim; c += 16) {
    const Float8 x0 = Load8(x + c), x1 = Load8(x + c + 8);
    for (int k = 0; k < kRows; ++k) {
      even[k] += Load8(rows[k] + c) * x0;
      odd[k] += Load8(rows[k] + c + 8) * x1;
    }
  }
  for (int k = 0; k < kRows; ++k) out[k] = SumOf8(even[k] + odd[k]);
  for (; c < dim; ++c) {
    for (int k = 0; k < kRows; ++k) out[k] += rows[k][c] * x[c];
  }
}

// out[i] = row(i) . x for i < count.
template <typename Row>
inline void DotsOfRows(int64_t count, Row row, const float* x, int64_t dim, float* out) {
  const float* rows[kRowGroup];
  for (int64_t i = 0; i < count; i += kRowGroup) {
    const int64_t n = std::min(kRowGroup, count - i);
    for (int64_t ahead = i + n; ahead < std::min(i + n + kRowGroup, count); ++ahead) {
      PrefetchRow(row(ahead), dim);
    }
    for (int64_t k = 0; k < n; ++k) rows[k] = row(i + k);
    if (n == kRowGroup) {
      DotGroup<kRowGroup>(rows, x, dim, out + i);
    } else {
      for (int64_t k = 0; k < n; ++k) DotGroup<1>(rows + k, x, dim, out + i + k);
    }
  }
}

}  // namespace mneme::cpu

#endif  // MNEME_MEMORY_LAYER_GATHER_ROW_MATH_H_
