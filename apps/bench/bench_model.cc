#include "apps/bench/bench_model.h"

#include <memory>

#include "apps/config/settle.h"
#include "apps/config/train_schema.h"
#include "apps/config/validate.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

absl::Status SettleAll(Device device, TrainConfig* config, ConfigReport* report) {
  Settle(config, report);
  MNEME_RETURN_IF_ERROR(Validate(*config));
  if (device.is_cpu()) config->distributed.model_dtype = ComputeDtype::kFp32;
  if (config->model.vocab_size > 0) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const std::shared_ptr<const Tokenizer> tokenizer,
                         MakeTokenizer(config->data.tokenizer.name, config->data.tokenizer.path));
  config->model.vocab_size = tokenizer->vocab_size();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BenchModel> MakeBenchModel(BenchUse use, TrainConfig* config, ConfigReport report) {
  SetNumThreads(static_cast<int>(config->threads));
  MNEME_ASSIGN_OR_RETURN(const Device device, ParseDevice(config->device));
  MNEME_RETURN_IF_ERROR(SettleAll(device, config, &report));
  Room room = MeasureRoom(config->dump_dir, device);
  room.disk.reset();  // nothing is saved
  BenchModel result = {.needs = NeedsOf(*config, device)};
  if (use == BenchUse::kEval) result.needs.gradients = result.needs.moments = 0;
  MNEME_RETURN_IF_ERROR(CheckFits(result.needs, room, config->dump_dir));
  MNEME_ASSIGN_OR_RETURN(result.model,
                         LanguageModel::Create(config->model, config->memory, config->seed, device,
                                               ToDType(config->distributed.model_dtype)));
  return result;
}

}  // namespace mneme
