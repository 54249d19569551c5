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

void CheckInputs(const Tensor& x, absl::Span<const Tensor> weights) {
  CHECK(x.rank() == 2 && IsFloat(x.dtype())) << "few rows: x is " << ShapeString(x.shape());
  CHECK(!weights.empty() && weights.size() <= FewRowsArgs::kMaxWeights)
      << "few rows with " << weights.size() << " weights";
  for (const Tensor& weight : weights) {
    CHECK(weight.rank() == 2 && weight.dim(1) == x.dim(1) && weight.dtype() == x.dtype() &&
          weight.device() == x.device())
        << "few rows: " << DTypeName(x.dtype()) << " " << ShapeString(x.shape()) << " by weight "
        << DTypeName(weight.dtype()) << " " << ShapeString(weight.shape());
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
FewRowsArgs Args(const Tensor& x, absl::Span<const Tensor> weights, std::vector<Tensor>* outs) {
  FewRowsArgs args = {.dtype = x.dtype(), .rows = x.dim(0), .columns = x.dim(1), .x = x.raw()};
  for (const Tensor& weight : weights) {
    const int i = args.n_weights++;
    outs->push_back(Tensor::Empty({x.dim(0), weight.dim(0)}, x.dtype(), x.device()));
    args.weights[i] = weight.raw();
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

}  // namespace

std::vector<Tensor> NormedLinear(const NormedRows& rows, absl::Span<const Tensor> weights) {
  CheckInputs(rows.x, weights);
  std::vector<Tensor> outs;
  if (AreFew(rows.x)) {
    FewRowsArgs args = Args(rows.x, weights, &outs);
    Normalise(rows, &args);
    MNEME_DISPATCH(rows.x.device(), FewRows, args);
    return outs;
  }
  const TapeScope no_tape(nullptr);
  const Variable normed = Normed(rows);
  for (const Tensor& weight : weights) outs.push_back(Linear(normed, Variable(weight)).value());
  return outs;
}

Tensor NormedGatedLinear(const NormedRows& rows, const Tensor& w1, const Tensor& w3) {
  CheckInputs(rows.x, {w1, w3});
  CHECK(w1.shape() == w3.shape()) << "few rows: gate " << ShapeString(w1.shape()) << " of "
                                  << ShapeString(w3.shape());
  if (AreFew(rows.x)) {
    std::vector<Tensor> outs;
    FewRowsArgs args = Args(rows.x, {w1}, &outs);
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

Tensor AddLinear(const Tensor& residual, const Tensor& x, const Tensor& weight) {
  CheckInputs(x, {weight});
  CHECK(residual.shape() == Shape({x.dim(0), weight.dim(0)}) && residual.dtype() == x.dtype())
      << "few rows: " << ShapeString(x.shape()) << " by weight " << ShapeString(weight.shape())
      << " to " << DTypeName(residual.dtype()) << " " << ShapeString(residual.shape());
  if (AreFew(x)) {
    std::vector<Tensor> outs;
    FewRowsArgs args = Args(x, {weight}, &outs);
    args.residual = residual.raw();
    MNEME_DISPATCH(x.device(), FewRows, args);
    return outs[0];
  }
  const TapeScope no_tape(nullptr);
  return Add(Variable(residual), Linear(Variable(x), Variable(weight))).value();
}

}  // namespace mneme
