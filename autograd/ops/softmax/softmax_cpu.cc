#include <type_traits>
#include <vector>

#include "autograd/ops/softmax/softmax_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainElements = 1 << 14;

int64_t RowGrain(int64_t columns) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
}

// exps: [columns], scratch; may be out.
template <typename T, typename Out>
void ForwardRow(const T* x, int64_t columns, float* exps, Out* out) {
  const double sum = RowExp(x, columns, RowMax(x, columns), exps);
  const float scale = static_cast<float>(1.0 / sum);
  for (int64_t c = 0; c < columns; ++c) out[c] = static_cast<Out>(exps[c] * scale);
}

template <typename T, typename Out>
void ForwardAs(const SoftmaxForwardArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  Out* out = static_cast<Out*>(args.out);
  ParallelFor(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(std::is_same_v<Out, float> ? 0 : args.columns);
    for (int64_t r = begin; r < end; ++r) {
      Out* out_r = out + r * args.columns;
      if constexpr (std::is_same_v<Out, float>) {
        ForwardRow(x + r * args.columns, args.columns, out_r, out_r);
      } else {
        ForwardRow(x + r * args.columns, args.columns, scratch.data(), out_r);
      }
    }
  });
}

template <typename T, typename Out>
void BackwardAs(const SoftmaxBackwardArgs& args) {
  const Out* out = static_cast<const Out*>(args.out);
  const Out* dout = static_cast<const Out*>(args.dout);
  T* dx = static_cast<T*>(args.dx);
  ParallelFor(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const Out *out_r = out + r * args.columns, *dout_r = dout + r * args.columns;
      T* dx_r = dx + r * args.columns;
      const double sum = RowSum(out_r, args.columns);  // 1 but for rounding
      const float mean =
          static_cast<float>(sum == 0.0 ? 0.0 : RowDot(dout_r, out_r, args.columns) / sum);
      // A row's gradients add up to zero. The last takes what is left to that, so that a value
      // which shifts all of a row's inputs gets no gradient at all: Adam would make a step out of
      // what rounding leaves.
      float rest = 0.0f;
      for (int64_t c = 0; c + 1 < args.columns; ++c) {
        const float dx_c = static_cast<float>(out_r[c]) * (static_cast<float>(dout_r[c]) - mean);
        dx_r[c] = static_cast<T>(dx_c);
        rest += dx_c;
      }
      if (args.columns > 0) dx_r[args.columns - 1] = static_cast<T>(-rest);
    }
  });
}

}  // namespace

void SoftmaxForward(const SoftmaxForwardArgs& args) {
  if (args.dtype == args.out_dtype) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (ForwardAs<T, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (ForwardAs<T, float>(args)));
  }
}

void SoftmaxBackward(const SoftmaxBackwardArgs& args) {
  if (args.dtype == args.out_dtype) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (BackwardAs<T, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (BackwardAs<T, float>(args)));
  }
}

}  // namespace mneme::cpu
