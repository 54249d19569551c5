#include "autograd/ops/embedding/embedding.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/embedding/embedding_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& table, const Tensor& ids) {
  CHECK(table.rank() == 2 && IsFloat(table.dtype()))
      << "embedding of table " << DTypeName(table.dtype()) << " " << ShapeString(table.shape());
  CHECK(ids.dtype() == DType::kI32) << "embedding of ids " << DTypeName(ids.dtype());
  CHECK(ids.device() == table.device())
      << "embedding of ids on " << ids.device().name() << ", table on " << table.device().name();
  if (!ids.device().is_cpu()) return;  // the kernel looks: the host must not wait for ids
  const int32_t* id = ids.data<int32_t>();
  for (int64_t i = 0; i < ids.numel(); ++i) {
    CHECK(0 <= id[i] && id[i] < table.dim(0))
        << "embedding of table " << ShapeString(table.shape()) << ": id " << i << " of "
        << ShapeString(ids.shape()) << " is " << id[i];
  }
}

struct EmbeddingNode : Node {
  const char* name() const override { return "Embedding"; }

  void Backward(Tensor dout) override {
    Tensor dtable = Tensor::Zeros({table_rows, dout.dim(-1)}, DType::kF32, dout.device());
    MNEME_DISPATCH(dout.device(), EmbeddingBackward,
                   EmbeddingBackwardArgs{.dtype = dout.dtype(),
                                         .count = ids.numel(),
                                         .table_rows = table_rows,
                                         .dim = dout.dim(-1),
                                         .ids = ids.data<int32_t>(),
                                         .dout = dout.raw(),
                                         .dtable = dtable.data<float>()});
    table_grad->Add(std::move(dtable));
  }

  std::shared_ptr<Gradient> table_grad;
  int64_t table_rows;
  Tensor ids;  // [...]
};

}  // namespace

Variable Embedding(const Variable& table, const Tensor& ids) {
  CheckInputs(table.value(), ids);
  Shape shape = ids.shape();
  shape.push_back(table.value().dim(1));
  Tensor out = Tensor::Empty(shape, table.value().dtype(), ids.device());
  MNEME_DISPATCH(ids.device(), EmbeddingForward,
                 EmbeddingForwardArgs{.dtype = out.dtype(),
                                      .count = ids.numel(),
                                      .table_rows = table.value().dim(0),
                                      .dim = table.value().dim(1),
                                      .table = table.value().raw(),
                                      .ids = ids.data<int32_t>(),
                                      .out = out.raw()});
  if (!Recording(table)) return Variable(std::move(out));
  auto node = std::make_unique<EmbeddingNode>();
  node->table_grad = table.gradient();
  node->table_rows = table.value().dim(0);
  node->ids = ids;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
