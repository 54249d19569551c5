#include "apps/train/pick_recorder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<PickRecorder>> PickRecorder::Create(const LoggingConfig& config,
                                                                   const LanguageModel& model,
                                                                   Screen* screen) {
  if (config.pick_trace.empty()) return nullptr;
  if (model.memory_layers().empty()) {
    return absl::InvalidArgumentError(
        "logging.pick_trace records what memory layers pick, and the model has none; leave it out");
  }
  MNEME_ASSIGN_OR_RETURN(
      std::unique_ptr<PickTraceWriter> writer,
      PickTraceWriter::Create(config.pick_trace, NumRows(model.memory_config())));
  return std::unique_ptr<PickRecorder>(new PickRecorder(config, std::move(writer), screen));
}

PickRecorder::~PickRecorder() { Finish(); }

void PickRecorder::Add(int64_t step, const LanguageModel& model) {
  if (writer_ == nullptr) return;
  for (const LanguageModel::MemoryBlock& block : model.memory_layers()) {
    const absl::Status added = writer_->Add(step, block.layer, block.module->last_rows());
    if (added.ok()) continue;
    screen_->Print(absl::StrCat("warning: no trace of picks: ", added.message()));
    writer_ = nullptr;
    return;
  }
  if (++steps_ == max_steps_) Finish();
}

void PickRecorder::Finish() {
  if (writer_ == nullptr || steps_ == 0) return;
  const absl::Status written = writer_->Commit();
  screen_->Print(written.ok() ? absl::StrCat("the picks of ", steps_, " steps are in ", path_)
                              : absl::StrCat("warning: no trace of picks: ", written.message()));
  writer_ = nullptr;
}

}  // namespace mneme
