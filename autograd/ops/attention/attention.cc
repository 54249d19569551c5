#include "autograd/ops/attention/attention.h"

#include <cmath>
#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/attention/attention_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

float ScoreScale(const AttentionShape& shape) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape.head_dim)));
}

AttentionShape CheckedShape(const Tensor& q, const Tensor& k, const Tensor& v, int64_t past) {
  CHECK(q.rank() == 4 && k.rank() == 4 && k.shape() == v.shape() && past >= 0 &&
        q.dim(0) == k.dim(0) && q.dim(1) + past == k.dim(1) && q.dim(3) == k.dim(3) &&
        k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0)
      << "attention of q " << ShapeString(q.shape()) << ", k " << ShapeString(k.shape())
      << " and v " << ShapeString(v.shape()) << " with past " << past;
  CHECK(q.dim(3) >= 1 && q.dim(3) <= kMaxHeadDim)
      << "attention: head dim " << q.dim(3) << " is not in [1, " << kMaxHeadDim << "]";
  CHECK(IsFloat(q.dtype()) && q.dtype() == k.dtype() && q.dtype() == v.dtype())
      << "attention of " << DTypeName(q.dtype()) << ", " << DTypeName(k.dtype()) << " and "
      << DTypeName(v.dtype());
  CHECK(q.device() == k.device() && q.device() == v.device()) << "attention across devices";
  return {.batch = q.dim(0),
          .queries = q.dim(1),
          .keys = k.dim(1),
          .heads = q.dim(2),
          .kv_heads = k.dim(2),
          .head_dim = q.dim(3)};
}

struct AttentionNode : Node {
  const char* name() const override { return "Attention"; }

  void Backward(Tensor dout) override {
    CHECK_EQ(shape.keys, shape.queries) << "attention with past keys has no backward pass";
    const Tensor delta = Tensor::EmptyLike(logsumexp);
    const Tensor dq = Tensor::EmptyLike(q), dk = Tensor::EmptyLike(k), dv = Tensor::EmptyLike(v);
    MNEME_DISPATCH(q.device(), AttentionBackward,
                   AttentionBackwardArgs{.dtype = q.dtype(),
                                         .shape = shape,
                                         .scale = ScoreScale(shape),
                                         .q = q.raw(),
                                         .k = k.raw(),
                                         .v = v.raw(),
                                         .out = out.raw(),
                                         .dout = dout.raw(),
                                         .logsumexp = logsumexp.data<float>(),
                                         .delta = delta.data<float>(),
                                         .dq = dq.raw(),
                                         .dk = dk.raw(),
                                         .dv = dv.raw()});
    if (q_grad) q_grad->Add(dq);
    if (k_grad) k_grad->Add(dk);
    if (v_grad) v_grad->Add(dv);
  }

  std::shared_ptr<Gradient> q_grad, k_grad, v_grad;
  AttentionShape shape;
  Tensor q;          // [B, S, H, d]
  Tensor k;          // [B, S, KV, d]
  Tensor v;          // [B, S, KV, d]
  Tensor out;        // [B, S, H, d]
  Tensor logsumexp;  // [B, H, S]
};

}  // namespace

Variable Attention(const Variable& q, const Variable& k, const Variable& v, int64_t past) {
  const AttentionShape shape = CheckedShape(q.value(), k.value(), v.value(), past);
  Tensor out = Tensor::EmptyLike(q.value());
  Tensor logsumexp =
      Tensor::Empty({shape.batch, shape.heads, shape.queries}, DType::kF32, out.device());
  MNEME_DISPATCH(out.device(), AttentionForward,
                 AttentionForwardArgs{.dtype = out.dtype(),
                                      .shape = shape,
                                      .scale = ScoreScale(shape),
                                      .q = q.value().raw(),
                                      .k = k.value().raw(),
                                      .v = v.value().raw(),
                                      .out = out.raw(),
                                      .logsumexp = logsumexp.data<float>()});
  if (!Recording(q, k, v)) return Variable(std::move(out));
  auto node = std::make_unique<AttentionNode>();
  node->q_grad = q.gradient();
  node->k_grad = k.gradient();
  node->v_grad = v.gradient();
  node->shape = shape;
  node->q = q.value();
  node->k = k.value();
  node->v = v.value();
  node->out = out;
  node->logsumexp = std::move(logsumexp);
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
