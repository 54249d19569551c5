#include "apps/parity/parity.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "apps/parity/fixture.h"
#include "autograd/core/tape.h"
#include "runtime/core/status.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

constexpr double kTie = 1e-6;  // scores this close may be picked in either order

ParityReport EmptyReport(Device device, DType dtype) {
  const double slack = device.is_cpu() ? 1.0 : 10.0;
  const bool exact = dtype == DType::kF32;
  ParityReport report;
  report.AddGroup("logits", exact ? 1e-5 * slack : 3e-2);
  report.AddGroup("loss", exact ? 1e-5 * slack : -1);
  report.AddGroup("lookup", exact ? 1e-5 * slack : -1);
  report.AddGroup("grad", exact ? 1e-4 * slack : -1);
  report.AddGroup("train", exact ? 1e-4 * slack : -1);
  report.AddGroup("after", exact ? 2e-3 * slack : -1);
  return report;
}

std::vector<float> ToFloats(const Tensor& tensor) {
  return Cast(tensor, DType::kF32).ToVector<float>();
}

class ParityRun {
 public:
  ParityRun(const Fixture* fixture, std::unique_ptr<LanguageModel> model, ParityReport report)
      : fixture_(*fixture), model_(std::move(model)), report_(std::move(report)) {}

  absl::StatusOr<ParityReport> Run() {
    MNEME_RETURN_IF_ERROR(LoadWeights());
    MNEME_ASSIGN_OR_RETURN(tokens_, LoadIds("tokens"));
    MNEME_ASSIGN_OR_RETURN(targets_, LoadIds("targets"));
    MNEME_RETURN_IF_ERROR(CompareForward());
    ModelOptimizer optimizer(model_.get(), fixture_.optim());
    std::vector<float> losses, norms, value_norms;
    for (int64_t step = 0; step < fixture_.steps(); ++step) {
      losses.push_back(BackwardPass(optimizer.loss_scale()));
      if (step == 0) MNEME_RETURN_IF_ERROR(CompareFirstBackward(losses[0]));
      const auto norm = optimizer.Step(fixture_.optim().lr, fixture_.value_lr());
      norms.push_back(ToFloats(norm.dense)[0]);
      if (norm.values.defined()) value_norms.push_back(ToFloats(norm.values)[0]);
    }
    MNEME_RETURN_IF_ERROR(Compare("train", "train.loss", losses));
    MNEME_RETURN_IF_ERROR(Compare("train", "train.grad_norm", norms));
    if (!value_norms.empty()) {
      MNEME_RETURN_IF_ERROR(Compare("train", "train.value_grad_norm", value_norms));
    }
    MNEME_RETURN_IF_ERROR(CompareWeights());
    return report_;
  }

 private:
  absl::Status Compare(const char* group, const std::string& name, const std::vector<float>& x) {
    MNEME_ASSIGN_OR_RETURN(const std::vector<float> reference, fixture_.Floats(name));
    if (x.size() != reference.size()) {
      return absl::InvalidArgumentError(absl::StrCat("tensor ", name, " has ", reference.size(),
                                                     " elements in the fixture and ", x.size(),
                                                     " in this model"));
    }
    report_.AddTensor(group, name, x, reference);
    return absl::OkStatus();
  }

  absl::StatusOr<Tensor> LoadIds(const char* name) {
    MNEME_ASSIGN_OR_RETURN(const std::vector<int64_t> ids, fixture_.Ids(name));
    MNEME_ASSIGN_OR_RETURN(const Shape shape, fixture_.ShapeOf(name));
    for (int64_t id : ids) {
      if (id < 0 || id >= model_->config().vocab_size) {
        return absl::InvalidArgumentError(absl::StrCat(
            "tensor ", name, " holds id ", id, ", outside 0 .. ", model_->config().vocab_size - 1));
      }
    }
    return Tensor::From<int32_t>(shape, std::vector<int32_t>(ids.begin(), ids.end()),
                                 model_->device());
  }

  absl::Status LoadWeights() {
    for (const auto& parameter : model_->parameters().all()) {
      MNEME_RETURN_IF_ERROR(LoadInto("param." + parameter->name, &parameter->master));
    }
    model_->parameters().RefreshCopies();
    for (ValueStore* table : model_->tables()) {
      for (StoreTensor& piece : table->State()) {
        if (piece.name == table->name()) {
          MNEME_RETURN_IF_ERROR(LoadInto("param." + piece.name, &piece.tensor));
        }
      }
      table->FinishRestore();
    }
    return absl::OkStatus();
  }

  absl::Status LoadInto(const std::string& name, Tensor* to) {
    MNEME_ASSIGN_OR_RETURN(const std::vector<float> values, fixture_.Floats(name));
    MNEME_ASSIGN_OR_RETURN(const Shape shape, fixture_.ShapeOf(name));
    if (shape != to->shape()) {
      return absl::InvalidArgumentError(absl::StrCat("tensor ", name, " is ", ShapeString(shape),
                                                     " in the fixture and ",
                                                     ShapeString(to->shape()), " in this model"));
    }
    to->CopyFromHost(values.data());
    return absl::OkStatus();
  }

  // In half precision two scores may be closer than their rounding, and a token picks the other
  // row: its logits jump, and those of tokens that attend to it move. So the median position is
  // judged.
  absl::Status CompareLogits(const std::vector<float>& logits) {
    if (model_->parameters().dtype() == DType::kF32) return Compare("logits", "logits", logits);
    MNEME_ASSIGN_OR_RETURN(const std::vector<float> reference, fixture_.Floats("logits"));
    const int64_t positions = tokens_.numel(), vocab_size = model_->config().vocab_size;
    if (logits.size() != reference.size()) return Compare("logits", "logits", logits);
    std::vector<double> errors;
    for (int64_t i = 0; i < positions; ++i) {
      const auto row = [&](const std::vector<float>& of) {
        return absl::MakeSpan(of).subspan(i * vocab_size, vocab_size);
      };
      errors.push_back(RelativeError(row(logits), row(reference)));
    }
    std::nth_element(errors.begin(), errors.begin() + positions / 2, errors.end());
    report_.Add("logits", "logits of the median position", errors[positions / 2]);
    return absl::OkStatus();
  }

  absl::Status CompareForward() {
    MNEME_RETURN_IF_ERROR(CompareLogits(ToFloats(model_->Logits(tokens_).value())));
    for (const auto& block : model_->memory_layers()) {
      const std::string prefix = absl::StrCat("lookup.", block.layer);
      const std::vector<float> scores = ToFloats(block.module->last_scores());
      MNEME_RETURN_IF_ERROR(Compare("lookup", prefix + ".scores", scores));
      MNEME_RETURN_IF_ERROR(CompareIds(prefix, scores, block.module->last_rows()));
    }
    return absl::OkStatus();
  }

  // An id that differs without a tie counts as an infinite error.
  absl::Status CompareIds(const std::string& prefix, const std::vector<float>& scores,
                          const Tensor& rows) {
    MNEME_ASSIGN_OR_RETURN(const auto reference_ids, fixture_.Ids(prefix + ".indices"));
    MNEME_ASSIGN_OR_RETURN(const auto reference_scores, fixture_.Floats(prefix + ".scores"));
    const std::vector<int64_t> ids = rows.ToVector<int64_t>();
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != reference_ids[i] && !(std::abs(scores[i] - reference_scores[i]) < kTie)) {
        report_.Add("lookup", absl::StrCat(prefix, ".indices at ", i),
                    std::numeric_limits<double>::infinity());
      }
    }
    return absl::OkStatus();
  }

  float BackwardPass(const Tensor& scale) {
    Tape tape;
    TapeScope scope(&tape);
    const Variable loss = model_->Loss(tokens_, targets_);
    tape.Backward(loss, scale);
    return ToFloats(loss.value())[0];
  }

  absl::Status CompareFirstBackward(float loss) {
    MNEME_RETURN_IF_ERROR(Compare("loss", "loss", {loss}));
    for (const auto& parameter : model_->parameters().all()) {
      MNEME_RETURN_IF_ERROR(Compare("grad", "grad." + parameter->name,
                                    ToFloats(parameter->variable.gradient()->tensor())));
    }
    for (ValueStore* table : model_->tables()) {
      MNEME_RETURN_IF_ERROR(Compare("grad", "grad." + table->name(), DenseGradient(table)));
    }
    return absl::OkStatus();
  }

  static std::vector<float> DenseGradient(ValueStore* table) {
    const RowGradients sparse = table->SummedGradient();
    std::vector<float> dense(table->n_rows() * table->dim(), 0.0f);
    if (!sparse.rows.defined()) return dense;
    const int64_t count = sparse.count.ToVector<int64_t>()[0];
    const std::vector<int64_t> rows = sparse.rows.ToVector<int64_t>();
    const std::vector<float> gradients = sparse.gradients.ToVector<float>();
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(&dense[rows[i] * table->dim()], &gradients[i * table->dim()],
                  table->dim() * sizeof(float));
    }
    return dense;
  }

  absl::Status CompareWeights() {
    for (const auto& parameter : model_->parameters().all()) {
      MNEME_RETURN_IF_ERROR(
          Compare("after", "after." + parameter->name, ToFloats(parameter->master)));
    }
    for (ValueStore* table : model_->tables()) {
      for (const StoreTensor& piece : table->State()) {
        if (piece.name == table->name()) {
          MNEME_RETURN_IF_ERROR(Compare("after", "after." + piece.name, ToFloats(piece.tensor)));
        }
      }
    }
    return absl::OkStatus();
  }

  const Fixture& fixture_;
  std::unique_ptr<LanguageModel> model_;
  ParityReport report_;
  Tensor tokens_;   // i32 [B, S]
  Tensor targets_;  // i32 [B, S]
};

}  // namespace

absl::StatusOr<ParityReport> RunParity(const std::string& path, Device device, DType dtype) {
  MNEME_ASSIGN_OR_RETURN(const Fixture fixture, Fixture::Open(path));
  MNEME_ASSIGN_OR_RETURN(
      std::unique_ptr<LanguageModel> model,
      LanguageModel::Create(fixture.config().model, fixture.config().memory, 0, device, dtype));
  return ParityRun(&fixture, std::move(model), EmptyReport(device, dtype)).Run();
}

}  // namespace mneme
