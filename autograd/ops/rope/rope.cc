#include "autograd/ops/rope/rope.h"

#include <bit>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "autograd/core/tape.h"
#include "autograd/ops/rope/rope_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// cos t and sin t of positions 0 to `positions` - 1: [positions, d / 2, 2] f32.
Tensor MakeTurns(float theta, int64_t d, int64_t positions, Device device) {
  const int64_t pairs = d / 2;
  std::vector<float> frequency(pairs);  // radians a position
  for (int64_t i = 0; i < pairs; ++i) {
    const float exponent = -static_cast<float>(2 * i) / static_cast<float>(d);
    frequency[i] = static_cast<float>(std::pow(static_cast<double>(theta), exponent));
  }
  Tensor turns = Tensor::Empty({positions, pairs, 2}, DType::kF32, Device::Cpu());
  float* turn = turns.data<float>();
  ParallelFor(positions, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * pairs; i < end * pairs; ++i) {
      const float angle = static_cast<float>(i / pairs) * frequency[i % pairs];
      turn[2 * i] = static_cast<float>(std::cos(static_cast<double>(angle)));
      turn[2 * i + 1] = static_cast<float>(std::sin(static_cast<double>(angle)));
    }
  });
  return turns.To(device);
}

// turns: [S, d / 2, 2].
Tensor Rotated(const Tensor& x, const Tensor& turns, bool inverse) {
  Tensor out = Tensor::EmptyLike(x);
  MNEME_DISPATCH(x.device(), Rope,
                 RopeArgs{.dtype = x.dtype(),
                          .batch = x.dim(0),
                          .length = x.dim(1),
                          .heads = x.dim(2),
                          .pairs = x.dim(3) / 2,
                          .inverse = inverse,
                          .turn = turns.data<float>(),
                          .x = x.raw(),
                          .out = out.raw()});
  return out;
}

struct RopeNode : Node {
  const char* name() const override { return "Rope"; }

  void Backward(Tensor dout) override { x_grad->Add(Rotated(dout, turns, /*inverse=*/true)); }

  std::shared_ptr<Gradient> x_grad;
  Tensor turns;  // [S, d / 2, 2] f32
};

}  // namespace

// Tables have powers of two of positions, so decoding token by token seldom makes one. None ever
// goes away: recorded work may read it.
Tensor RopeTurns(float theta, int64_t d, int64_t positions, Device device) {
  static std::mutex mutex;
  // Never destroyed: at exit the GPU may be gone before it.
  static auto* tables = new std::map<std::tuple<float, int64_t, int64_t, bool>, Tensor>();
  const int64_t length = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(positions)));
  std::lock_guard<std::mutex> lock(mutex);
  Tensor& table = (*tables)[{theta, d, length, device.is_cuda()}];
  if (!table.defined()) table = MakeTurns(theta, d, length, device);
  return table;
}

Variable Rope(const Variable& x, float theta, int64_t first_position) {
  const Tensor& value = x.value();
  CHECK(value.rank() == 4 && value.dim(-1) % 2 == 0 && IsFloat(value.dtype()))
      << "rope of " << DTypeName(value.dtype()) << " " << ShapeString(value.shape());
  CHECK_GT(theta, 0.0f) << "rope with theta " << theta;
  CHECK_GE(first_position, 0) << "rope from position " << first_position;
  const int64_t end = first_position + value.dim(1);
  const Tensor turns =
      RopeTurns(theta, value.dim(-1), end, value.device()).Slice(first_position, end);
  Tensor out = Rotated(value, turns, /*inverse=*/false);
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<RopeNode>();
  node->x_grad = x.gradient();
  node->turns = turns;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
