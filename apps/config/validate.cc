#include "apps/config/validate.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "apps/config/model_rules.h"
#include "apps/config/schema.h"
#include "apps/config/train_schema.h"
#include "data/loader/data_config.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kMaxBatchTokens = int64_t{1} << 31;

template <class... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status ValidateOptim(const OptimConfig& optim) {
  if (optim.scheduler == SchedulerKind::kWsd && optim.lr_min_ratio == 0.0) {
    return Invalid(
        "optim.lr_min_ratio = 0 makes the rate of the schedule wsd 0 as soon as its decay begins; "
        "give a small number, such as 0.01");
  }
  return absl::OkStatus();
}

absl::Status ValidateData(const DataConfig& data) {
  MNEME_RETURN_IF_ERROR(CheckDataConfig(data));
  if (data.batch_size > kMaxBatchTokens / data.seq_len) {
    return Invalid("data.batch_size = ", data.batch_size, " times ",
                   "data.seq_len = ", data.seq_len, " is more than ", kMaxBatchTokens,
                   " tokens in a batch; lower one");
  }
  if (data.tokenizer.name != "bytes" && data.tokenizer.path.empty()) {
    return Invalid("data.tokenizer.name = ", data.tokenizer.name,
                   " reads a file; set data.tokenizer.path to it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const TrainConfig& config) {
  TrainConfig copy = config;
  const Schema schema = SchemaOf(copy);
  for (const Field& field : schema.fields) {
    if (field.get) MNEME_RETURN_IF_ERROR(field.set(field.get()));
  }
  MNEME_RETURN_IF_ERROR(ValidateModel(config.model, config.memory, "model."));
  MNEME_RETURN_IF_ERROR(ValidateOptim(config.optim));
  return ValidateData(config.data);
}

}  // namespace mneme
