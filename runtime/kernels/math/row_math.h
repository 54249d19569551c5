// Reductions over one row of numbers on the calling thread, vectorised, in a fixed order.

#ifndef MNEME_RUNTIME_KERNELS_MATH_ROW_MATH_H_
#define MNEME_RUNTIME_KERNELS_MATH_ROW_MATH_H_

#include <algorithm>
#include <cstdint>
#include <limits>

#include "runtime/kernels/math/vector_math.h"

namespace mneme::cpu {

// A row is reduced in blocks of this many elements. In a block, lane i of kLanes takes every
// kLanes-th element, which is what lets the compiler vectorise; the blocks are added in double.
constexpr int64_t kRowBlock = 512;

namespace row_math {

constexpr int64_t kLanes = 16;

// total[lane] = combine(total[lane], term(i)) for i = lane, lane + kLanes, ...
template <typename Term, typename Combine>
inline float ReduceLanes(int64_t count, float start, Term term, Combine combine) {
  float total[kLanes];
  for (float& lane : total) lane = start;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      total[lane] = combine(total[lane], term(i + lane));
    }
  }
  for (int64_t lane = 0; i + lane < count; ++lane) {
    total[lane] = combine(total[lane], term(i + lane));
  }
  for (int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (int64_t lane = 0; lane < width; ++lane) {
      total[lane] = combine(total[lane], total[lane + width]);
    }
  }
  return total[0];
}

template <typename Term>
inline double BlockedSum(int64_t count, Term term) {
  double sum = 0.0;
  for (int64_t begin = 0; begin < count; begin += kRowBlock) {
    sum += ReduceLanes(
        std::min(kRowBlock, count - begin), 0.0f, [&](int64_t i) { return term(begin + i); },
        [](float a, float b) { return a + b; });
  }
  return sum;
}

}  // namespace row_math

// The largest of x[0..count); -infinity if count = 0. NaN is passed over.
template <typename T>
inline float RowMax(const T* x, int64_t count) {
  return row_math::ReduceLanes(
      count, -std::numeric_limits<float>::infinity(),
      [x](int64_t i) { return static_cast<float>(x[i]); },
      [](float a, float b) { return b > a ? b : a; });
}

template <typename T>
inline double RowSum(const T* x, int64_t count) {
  return row_math::BlockedSum(count, [x](int64_t i) { return static_cast<float>(x[i]); });
}

template <typename A, typename B>
inline double RowDot(const A* a, const B* b, int64_t count) {
  return row_math::BlockedSum(
      count, [=](int64_t i) { return static_cast<float>(a[i]) * static_cast<float>(b[i]); });
}

// e[i] = exp(x[i] - shift); returns their sum. e must not be x: the compiler's check for overlap
// would choose the loop that is not vectorised.
template <typename T>
inline double RowExp(const T* x, int64_t count, float shift, float* e) {
  for (int64_t i = 0; i < count; ++i) e[i] = ExpF(static_cast<float>(x[i]) - shift);
  return RowSum(e, count);
}

// x[i] = exp(x[i] - shift); returns their sum.
inline double RowExpInPlace(float* x, int64_t count, float shift) {
  for (int64_t i = 0; i < count; ++i) x[i] = ExpF(x[i] - shift);
  return RowSum(x, count);
}

// log(sum of exp(x[i])), for any size of x.
template <typename T>
inline float RowLogSumExp(const T* x, int64_t count) {
  float e[kRowBlock];
  const float max = RowMax(x, count);
  double sum = 0.0;
  for (int64_t begin = 0; begin < count; begin += kRowBlock) {
    sum += RowExp(x + begin, std::min(kRowBlock, count - begin), max, e);
  }
  return max + LogF(static_cast<float>(sum));
}

}  // namespace mneme::cpu

#endif  // MNEME_RUNTIME_KERNELS_MATH_ROW_MATH_H_
