#include <algorithm>
#include <cmath>

#include "autograd/ops/rms_norm/rms_norm_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 14;  // elements

// The weight's elements as floats, and ones where there is no weight.
template <typename T>
struct Weight {
  const T* values;
  float operator[](int64_t c) const { return static_cast<float>(values[c]); }
};
struct Ones {
  float operator[](int64_t) const { return 1.0f; }
};

template <typename T, typename W>
void Forward(const RmsNormForwardArgs& args, W weight) {
  const int64_t columns = args.columns;
  const int64_t grain_rows = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, columns));
  ParallelFor(args.rows, grain_rows, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const T* x = static_cast<const T*>(args.x) + r * columns;
      T* out = static_cast<T*>(args.out) + r * columns;
      const float squares = static_cast<float>(RowDot(x, x, columns));
      const float inv_rms = 1.0f / std::sqrt(squares / static_cast<float>(columns) + args.epsilon);
      for (int64_t c = 0; c < columns; ++c) {
        out[c] = static_cast<T>(static_cast<float>(x[c]) * inv_rms * weight[c]);
      }
      args.inv_rms[r] = inv_rms;
    }
  });
}

// dx of one row.
template <typename T, typename W>
void RowGradient(const T* x, W weight, float inv_rms, const T* dout, T* dx, int64_t columns) {
  const double sum = row_math::BlockedSum(columns, [=](int64_t c) {
    return static_cast<float>(dout[c]) * weight[c] * static_cast<float>(x[c]);
  });
  const float along_x = inv_rms * inv_rms * static_cast<float>(sum / columns);
  for (int64_t c = 0; c < columns; ++c) {
    const float g = static_cast<float>(dout[c]) * weight[c];
    dx[c] = static_cast<T>(inv_rms * (g - along_x * static_cast<float>(x[c])));
  }
}

template <typename T, typename W>
void Backward(const RmsNormBackwardArgs& args, W weight) {
  const int64_t columns = args.columns;
  ParallelFor(args.groups, 1, [&](int64_t group, int64_t) {
    float* dweight = args.dweight == nullptr ? nullptr : args.dweight + group * columns;
    if (dweight != nullptr) std::fill_n(dweight, columns, 0.0f);
    const int64_t end = (group + 1) * args.rows / args.groups;
    for (int64_t r = group * args.rows / args.groups; r < end; ++r) {
      const T* x = static_cast<const T*>(args.x) + r * columns;
      const T* dout = static_cast<const T*>(args.dout) + r * columns;
      const float inv_rms = args.inv_rms[r];
      if (args.dx != nullptr) {
        T* dx = static_cast<T*>(args.dx) + r * columns;
        RowGradient(x, weight, inv_rms, dout, dx, columns);
      }
      if (dweight == nullptr) continue;
      for (int64_t c = 0; c < columns; ++c) {
        dweight[c] += static_cast<float>(dout[c]) * static_cast<float>(x[c]) * inv_rms;
      }
    }
  });
}

template <typename T>
void ForwardAs(const RmsNormForwardArgs& args) {
  if (args.weight == nullptr) return Forward<T>(args, Ones());
  Forward<T>(args, Weight<T>{static_cast<const T*>(args.weight)});
}

template <typename T>
void BackwardAs(const RmsNormBackwardArgs& args) {
  if (args.weight == nullptr) return Backward<T>(args, Ones());
  Backward<T>(args, Weight<T>{static_cast<const T*>(args.weight)});
}

}  // namespace

void RmsNormForward(const RmsNormForwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void RmsNormBackward(const RmsNormBackwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cpu
