#include <algorithm>

#include "autograd/ops/gate/gate_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/kernels/math/vector_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 15;  // elements

int64_t GrainRows(int64_t columns) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, columns));
}

// to = factor from
template <typename T>
void ScaleRow(float factor, const T* from, T* to, int64_t count) {
  for (int64_t c = 0; c < count; ++c) to[c] = static_cast<T>(factor * static_cast<float>(from[c]));
}

template <typename T>
void ForwardAs(const GateForwardArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  const T* gate = static_cast<const T*>(args.gate);
  T* out = static_cast<T*>(args.out);
  ParallelFor(args.rows, GrainRows(args.columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float s = SigmoidF(static_cast<float>(gate[r]));
      ScaleRow(s, x + r * args.columns, out + r * args.columns, args.columns);
    }
  });
}

template <typename T>
void BackwardAs(const GateBackwardArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  const T* gate = static_cast<const T*>(args.gate);
  const T* dout = static_cast<const T*>(args.dout);
  T* dx = static_cast<T*>(args.dx);
  T* dgate = static_cast<T*>(args.dgate);
  ParallelFor(args.rows, GrainRows(args.columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t at = r * args.columns;
      const float s = SigmoidF(static_cast<float>(gate[r]));
      if (dx != nullptr) ScaleRow(s, dout + at, dx + at, args.columns);
      if (dgate != nullptr) {
        const float dot = static_cast<float>(RowDot(dout + at, x + at, args.columns));
        dgate[r] = static_cast<T>(s * (1.0f - s) * dot);
      }
    }
  });
}

}  // namespace

void GateForward(const GateForwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void GateBackward(const GateBackwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cpu
