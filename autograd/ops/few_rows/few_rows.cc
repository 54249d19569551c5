#include "autograd/ops/few_rows/few_rows.h"

#include <bit>
#include <cstdint>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/add/add.h"
#include "autograd/ops/few_rows/few_rows_kernels.h"
#include "autograd/ops/linear/linear.h"
#include "autograd/ops/rms_norm/rms_norm.h"
#include "autograd/ops/silu_mul/silu_mul.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& x, absl::Span<const LinearWeights> layers) {
  CHECK(x.rank() == 2 && IsFloat(x.dtype())) << "few rows: x is " << ShapeString(x.shape());
  CHECK(!layers.empty() && layers.size() <= FewRowsArgs::kMaxWeights)
      << "few rows with " << layers.size() << " weights";
  for (const auto& [weight, bias] : layers) {
    CHECK(weight.rank() == 2 && weight.dim(1) == x.dim(1) && weight.dtype() == x.dtype() &&
          weight.device() == x.device())
        << "few rows: " << DTypeName(x.dtype()) << " " << ShapeString(x.shape()) << " by weight "
        << DTypeName(weight.dtype()) << " " << ShapeString(weight.shape());
    CHECK(!bias.defined() || (bias.shape() == Shape({weight.dim(0)}) && bias.dtype() == x.dtype() &&
                              bias.device() == x.device()))
        << "few rows: weight " << ShapeString(weight.shape()) << " with bias "
        << DTypeName(bias.dtype()) << " " << ShapeString(bias.shape());
  }
}

// Whether the kernel takes these rows.
bool AreFew(const Tensor& x) {
  const int64_t rows = x.dim(0), columns = x.dim(1);
  if (rows == 0 || rows > kFewRows || columns == 0 || columns % kFewRowsPack != 0) return false;
  const int64_t stored_rows = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(rows))) + 1;
  return stored_rows * RoundUp(columns, kFewRowsStage) * DTypeBytes(x.dtype()) <= kFewRowsBytes;
}

// Arguments for plain products with each weight; allocates the results.
FewRowsArgs Args(const Tensor& x, absl::Span<const LinearWeights> layers,
                 std::vector<Tensor>* outs) {
  FewRowsArgs args = {.dtype = x.dtype(), .rows = x.dim(0), .columns = x.dim(1), .x = x.raw()};
  for (const auto& [weight, bias] : layers) {
    const int i = args.n_weights++;
    outs->push_back(Tensor::Empty({x.dim(0), weight.dim(0)}, x.dtype(), x.device()));
    args.weights[i] = weight.raw();
    args.biases[i] = bias.defined() ? bias.raw() : nullptr;
    args.outputs[i] = weight.dim(0);
    args.outs[i] = outs->back().raw();
  }
  return args;
}

void Normalise(const NormedRows& rows, FewRowsArgs* args) {
  CHECK(rows.weight.shape() == Shape({rows.x.dim(1)}) && rows.weight.dtype() == rows.x.dtype())
      << "few rows " << ShapeString(rows.x.shape()) << " with norm weight "
      << DTypeName(rows.weight.dtype()) << " " << ShapeString(rows.weight.shape());
  args->norm_weight = rows.weight.raw();
  args->epsilon = rows.epsilon;
}

Variable Normed(const NormedRows& rows) {
  return RmsNorm(Variable(rows.x), Variable(rows.weight), rows.epsilon);
}

Variable Apply(const LinearWeights& layer, const Variable& x) {
  return Linear(x, Variable(layer.weight), Variable(layer.bias));
}

}  // namespace

std::vector<Tensor> NormedLinear(const NormedRows& rows, absl::Span<const LinearWeights> layers) {
  CheckInputs(rows.x, layers);
  std::vector<Tensor> outs;
  if (AreFew(rows.x)) {
    FewRowsArgs args = Args(rows.x, layers, &outs);
    Normalise(rows, &args);
    MNEME_DISPATCH(rows.x.device(), FewRows, args);
    return outs;
  }
  const TapeScope no_tape(nullptr);
  const Variable normed = Normed(rows);
  for (const LinearWeights& layer : layers) outs.push_back(Apply(layer, normed).value());
  return outs;
}

Tensor NormedGatedLinear(const NormedRows& rows, const Tensor& w1, const Tensor& w3) {
  CheckInputs(rows.x, {{w1, {}}, {w3, {}}});
  CHECK(w1.shape() == w3.shape()) << "few rows: gate " << ShapeString(w1.shape()) << " of "
                                  << ShapeString(w3.shape());
  if (AreFew(rows.x)) {
    std::vector<Tensor> outs;
    FewRowsArgs args = Args(rows.x, {{w1, {}}}, &outs);
    Normalise(rows, &args);
    args.weights[args.n_weights++] = w3.raw();
    args.gated = true;
    MNEME_DISPATCH(rows.x.device(), FewRows, args);
    return outs[0];
  }
  const TapeScope no_tape(nullptr);
  const Variable normed = Normed(rows);
  return SiluMul(Linear(normed, Variable(w1)), Linear(normed, Variable(w3))).value();
}

Tensor AddLinear(const Tensor& residual, const Tensor& x, const LinearWeights& layer) {
  CheckInputs(x, {layer});
  const Shape& shape = layer.weight.shape();
  CHECK(residual.shape() == Shape({x.dim(0), shape[0]}) && residual.dtype() == x.dtype())
      << "few rows: " << ShapeString(x.shape()) << " by weight " << ShapeString(shape) << " to "
      << DTypeName(residual.dtype()) << " " << ShapeString(residual.shape());
  if (AreFew(x)) {
    std::vector<Tensor> outs;
    FewRowsArgs args = Args(x, {layer}, &outs);
    args.residual = residual.raw();
    MNEME_DISPATCH(x.device(), FewRows, args);
    return outs[0];
  }
  const TapeScope no_tape(nullptr);
  return Add(Variable(residual), Apply(layer, Variable(x))).value();
}

}  // namespace mneme
