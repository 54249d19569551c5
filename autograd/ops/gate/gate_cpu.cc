#include <algorithm>

#include "autograd/ops/gate/gate_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/vector_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 15;  // elements

int64_t GrainRows(int64_t columns) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, columns));
}

// Running sums side by side, which the compiler can keep in vector registers.
template <typename T>
float Dot(const T* a, const T* b, int64_t count) {
  constexpr int64_t kLanes = 16;
  float lanes[kLanes] = {};
  const int64_t tail = count % kLanes, whole = count - tail;
  for (int64_t i = 0; i < whole; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) {
      lanes[l] += static_cast<float>(a[i + l]) * static_cast<float>(b[i + l]);
    }
  }
  for (int64_t l = 0; l < tail; ++l) {
    lanes[l] += static_cast<float>(a[whole + l]) * static_cast<float>(b[whole + l]);
  }
  float sum = 0.0f;
  for (float lane : lanes) sum += lane;
  return sum;
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
        dgate[r] = static_cast<T>(s * (1.0f - s) * Dot(dout + at, x + at, args.columns));
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
