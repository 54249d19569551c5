#include "autograd/ops/cross_entropy/cross_entropy.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/cross_entropy/cross_entropy_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& logits, const Tensor& targets) {
  CHECK(logits.rank() >= 1 && logits.rows() == targets.numel())
      << "cross_entropy of logits " << ShapeString(logits.shape()) << " and targets "
      << ShapeString(targets.shape());
  CHECK(IsFloat(logits.dtype()) && targets.dtype() == DType::kI32)
      << "cross_entropy of " << DTypeName(logits.dtype()) << " logits and "
      << DTypeName(targets.dtype()) << " targets";
  CHECK(logits.device() == targets.device())
      << "cross_entropy on " << logits.device().name() << " and " << targets.device().name();
  if (!targets.device().is_cpu()) return;
  const int32_t* target = targets.data<int32_t>();
  for (int64_t r = 0; r < targets.numel(); ++r) {
    CHECK(target[r] >= 0 && target[r] < logits.dim(-1))
        << "cross_entropy: target " << target[r] << " of row " << r << " with " << logits.dim(-1)
        << " classes";
  }
}

struct RowLosses {
  Tensor losses;     // f32, targets' shape
  Tensor logsumexp;  // f32, targets' shape
};

RowLosses LossesOf(const Tensor& logits, const Tensor& targets) {
  CheckInputs(logits, targets);
  RowLosses result;
  result.losses = Tensor::Empty(targets.shape(), DType::kF32, logits.device());
  result.logsumexp = Tensor::EmptyLike(result.losses);
  MNEME_DISPATCH(logits.device(), TokenLoss,
                 TokenLossArgs{.dtype = logits.dtype(),
                               .rows = logits.rows(),
                               .columns = logits.dim(-1),
                               .logits = logits.raw(),
                               .targets = targets.data<int32_t>(),
                               .losses = result.losses.data<float>(),
                               .logsumexp = result.logsumexp.data<float>()});
  return result;
}

struct CrossEntropyNode : Node {
  const char* name() const override { return "CrossEntropy"; }

  void Backward(Tensor dout) override {
    Tensor dlogits = Tensor::EmptyLike(logits);
    MNEME_DISPATCH(logits.device(), CrossEntropyBackward,
                   CrossEntropyBackwardArgs{.dtype = logits.dtype(),
                                            .rows = logits.rows(),
                                            .columns = logits.dim(-1),
                                            .logits = logits.raw(),
                                            .targets = targets.data<int32_t>(),
                                            .logsumexp = logsumexp.data<float>(),
                                            .dout = dout.data<float>(),
                                            .dlogits = dlogits.raw()});
    logits_grad->Add(std::move(dlogits));
  }

  std::shared_ptr<Gradient> logits_grad;
  Tensor logits;     // [..., V]
  Tensor targets;    // [...]
  Tensor logsumexp;  // [...]
};

}  // namespace

Tensor TokenLosses(const Tensor& logits, const Tensor& targets) {
  return LossesOf(logits, targets).losses;
}

Variable CrossEntropy(const Variable& logits, const Tensor& targets) {
  const RowLosses rows = LossesOf(logits.value(), targets);
  CHECK_GT(targets.numel(), 0) << "cross_entropy: the mean of no rows";
  Tensor out = Tensor::Empty({}, DType::kF32, targets.device());
  MNEME_DISPATCH(
      targets.device(), Mean,
      MeanArgs{
          .count = targets.numel(), .x = rows.losses.data<float>(), .mean = out.data<float>()});
  if (!Recording(logits)) return Variable(std::move(out));
  auto node = std::make_unique<CrossEntropyNode>();
  node->logits_grad = logits.gradient();
  node->logits = logits.value();
  node->targets = targets;
  node->logsumexp = rows.logsumexp;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
