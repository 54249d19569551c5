#include <algorithm>
#include <cmath>
#include <eigen3/Eigen/Core>
#include <type_traits>
#include <vector>

#include "autograd/ops/few_rows/few_rows_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

using Floats = Eigen::Map<const Eigen::VectorXf>;

constexpr int64_t kGrain = 1 << 15;  // elements of weights

template <typename T>
Floats AsFloats(const T* from, int64_t count, std::vector<float>* buffer) {
  if constexpr (std::is_same_v<T, float>) {
    return Floats(from, count);
  } else {
    buffer->resize(count);
    for (int64_t i = 0; i < count; ++i) (*buffer)[i] = static_cast<float>(from[i]);
    return Floats(buffer->data(), count);
  }
}

// n as f32: [T, K].
template <typename T>
std::vector<float> Rows(const FewRowsArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  const T* weight = static_cast<const T*>(args.norm_weight);
  std::vector<float> rows(x, x + args.rows * args.columns);
  if (weight == nullptr) return rows;
  for (int64_t r = 0; r < args.rows; ++r) {
    float* row = rows.data() + r * args.columns;
    const float mean = Floats(row, args.columns).squaredNorm() / static_cast<float>(args.columns);
    const float inv_rms = 1.0f / std::sqrt(mean + args.epsilon);
    for (int64_t c = 0; c < args.columns; ++c) {
      row[c] *= inv_rms * static_cast<float>(weight[c]);
    }
  }
  return rows;
}

float Silu(float x) { return x / (1.0f + std::exp(-x)); }

// Outputs [begin, end) of the products with one weight.
template <typename T>
void Multiply(const FewRowsArgs& args, int i, const std::vector<float>& rows, int64_t begin,
              int64_t end) {
  const T* residual = static_cast<const T*>(args.residual);
  const T* bias = static_cast<const T*>(args.biases[i]);
  T* out = static_cast<T*>(args.outs[i]);
  std::vector<float> buffer, gate_buffer;
  const auto weight_row = [&](int k, int64_t o, std::vector<float>* to) {
    return AsFloats(static_cast<const T*>(args.weights[k]) + o * args.columns, args.columns, to);
  };
  for (int64_t o = begin; o < end; ++o) {
    const Floats weight = weight_row(i, o, &buffer);
    for (int64_t r = 0; r < args.rows; ++r) {
      const Floats row(rows.data() + r * args.columns, args.columns);
      float value = row.dot(weight);
      if (args.gated) value = Silu(value) * row.dot(weight_row(1, o, &gate_buffer));
      const int64_t at = r * args.outputs[i] + o;
      if (bias != nullptr) value += static_cast<float>(bias[o]);
      if (residual != nullptr) value += static_cast<float>(residual[at]);
      out[at] = static_cast<T>(value);
    }
  }
}

template <typename T>
void FewRowsAs(const FewRowsArgs& args) {
  const std::vector<float> rows = Rows<T>(args);
  const int64_t grain = std::max<int64_t>(1, kGrain / args.columns);
  for (int i = 0; i < (args.gated ? 1 : args.n_weights); ++i) {
    ParallelFor(args.outputs[i], grain,
                [&](int64_t begin, int64_t end) { Multiply<T>(args, i, rows, begin, end); });
  }
}

}  // namespace

void FewRows(const FewRowsArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, FewRowsAs<T>(args)); }

}  // namespace mneme::cpu
