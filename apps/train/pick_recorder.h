// Keeps which rows the first steps of a run pick, in a file for //apps:bench.

#ifndef MNEME_APPS_TRAIN_PICK_RECORDER_H_
#define MNEME_APPS_TRAIN_PICK_RECORDER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/model/language_model.h"
#include "apps/progress/screen.h"
#include "memory_layer/pick_trace/pick_trace.h"

namespace mneme {

class PickRecorder {
 public:
  // `screen` is borrowed. Null if config.pick_trace is "". Errors: a model without memory layers, a
  // file that cannot be opened.
  static absl::StatusOr<std::unique_ptr<PickRecorder>> Create(const LoggingConfig& config,
                                                              const LanguageModel& model,
                                                              Screen* screen);
  // Puts the file in place, if there has been a step.
  ~PickRecorder();
  PickRecorder(const PickRecorder&) = delete;
  PickRecorder& operator=(const PickRecorder&) = delete;

  // After a step: the picks of its last batch. While there are steps to record this waits for the
  // device. What cannot be written is told, and costs the trace, not the run.
  void Add(int64_t step, const LanguageModel& model);

 private:
  PickRecorder(const LoggingConfig& config, std::unique_ptr<PickTraceWriter> writer, Screen* screen)
      : path_(config.pick_trace),
        max_steps_(config.pick_trace_steps),
        writer_(std::move(writer)),
        screen_(screen) {}

  void Finish();

  const std::string path_;
  const int64_t max_steps_;
  int64_t steps_ = 0;
  std::unique_ptr<PickTraceWriter> writer_;  // null when done
  Screen* const screen_;
};

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_PICK_RECORDER_H_
