#include "apps/train/run.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "apps/checkpoint/retention.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/config/settle.h"
#include "apps/eval/loss.h"
#include "apps/progress/event_file.h"
#include "apps/progress/log_warnings.h"
#include "apps/progress/metrics_writer.h"
#include "apps/progress/progress_line.h"
#include "apps/progress/stop_signals.h"
#include "apps/progress/task_progress.h"
#include "apps/progress/train_log.h"
#include "apps/train/check_gradients.h"
#include "apps/train/describe.h"
#include "apps/train/periodic_eval.h"
#include "apps/train/pick_recorder.h"
#include "apps/train/preflight.h"
#include "apps/train/run_checkpoint.h"
#include "apps/train/samples.h"
#include "apps/train/step_meter.h"
#include "apps/train/step_metrics.h"
#include "apps/train/trainer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

class Run {
 public:
  Run(const TrainConfig& config, Screen* screen)
      : config_(config), screen_(screen), log_warnings_(screen) {}
  ~Run() { screen_->set_log(nullptr); }

  absl::Status All(const ConfigReport& report) {
    MNEME_RETURN_IF_ERROR(Open(report));
    MNEME_RETURN_IF_ERROR(Loop());
    return Finish();
  }

 private:
  absl::Status Open(ConfigReport report);
  absl::Status Loop();
  absl::Status Finish();
  absl::Status OpenTokenizer();
  absl::Status OpenDirectory(const ConfigReport& report);
  absl::Status CreateTrainer();
  absl::Status OpenValidation();
  absl::Status Validate();
  absl::Status Save();
  // Saves the steps done before `error`, which is one of the data, and adds to it how to go on.
  absl::Status EndOnDataError(const absl::Status& error);
  // Waits for the device, and adds to `status` what it has been waited for.
  absl::Status Look(const StepReport& report, StepStatus* status);
  absl::Status Log(const StepReport& report, const StepStatus& status);
  int64_t step() const { return trainer_->totals().step; }
  bool IsDue(int64_t every) const { return every > 0 && step() % every == 0; }

  TrainConfig config_;
  Screen* const screen_;
  const LogWarnings log_warnings_;
  Device device_;
  std::optional<RunLock> lock_;
  std::unique_ptr<TrainLog> log_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<PickRecorder> recorder_;      // null if picks are not to be recorded
  std::unique_ptr<SequentialLoader> held_out_;  // null if there is nothing to validate on
  std::unique_ptr<PeriodicEval> eval_;
  std::unique_ptr<MetricsWriter> metrics_;
  std::unique_ptr<EventFile> events_;  // null unless logging.tensorboard
  std::optional<LossSummary> validation_;
  std::vector<PickUsage::Summary> usage_;  // of the last logged steps, a value each table
  std::set<std::string> told_reads_;       // of the tables, how their rows are read
  StepGuard::Counts guard_;                // as they were last read
  StepMeter meter_;
  int64_t validated_step_ = -1;
  int64_t saved_step_ = -1;
};

absl::Status Run::OpenTokenizer() {
  const TokenizerConfig& named = config_.data.tokenizer;
  const auto tokenizer = MakeTokenizer(named.name, named.path);
  if (!tokenizer.ok()) {
    return absl::Status(tokenizer.status().code(),
                        absl::StrCat("data.tokenizer.path: ", tokenizer.status().message()));
  }
  tokenizer_ = *tokenizer;
  MNEME_RETURN_IF_ERROR(CheckTokenizer(config_, *tokenizer_));
  if (config_.model.vocab_size < 0) config_.model.vocab_size = tokenizer_->vocab_size();
  if (config_.model.vocab_size >= tokenizer_->vocab_size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "model.vocab_size is ", config_.model.vocab_size, ", but tokenizer ", tokenizer_->name(),
      " has ", tokenizer_->vocab_size(), " ids; leave model.vocab_size at -1 to follow it"));
}

absl::Status Run::OpenDirectory(const ConfigReport& report) {
  MNEME_ASSIGN_OR_RETURN(lock_, RunLock::Acquire(config_.dump_dir));
  MNEME_ASSIGN_OR_RETURN(log_, TrainLog::Open(config_.dump_dir + "/train.log"));
  screen_->set_log(log_.get());
  for (const std::string& note : report.notes) screen_->Print(absl::StrCat("note: ", note));
  if (!report.without_effect.empty()) {
    screen_->Print(
        absl::StrCat("without effect here: ", absl::StrJoin(report.without_effect, ", ")));
  }
  return RemoveTemporaries(config_.dump_dir);
}

absl::Status Run::Open(ConfigReport report) {
  MNEME_ASSIGN_OR_RETURN(device_, ParseDevice(config_.device));
  FitToDevices(1, &config_, &report);
  if (device_.is_cpu() && config_.distributed.model_dtype != ComputeDtype::kFp32) {
    config_.distributed.model_dtype = ComputeDtype::kFp32;
    report.notes.push_back("the CPU computes in fp32, whatever distributed.model_dtype is");
  }
  SetNumThreads(static_cast<int>(config_.threads));
  MNEME_RETURN_IF_ERROR(OpenTokenizer());
  MNEME_RETURN_IF_ERROR(OpenDirectory(report));
  const RunNeeds needs = NeedsOf(config_, device_);
  const Room room = MeasureRoom(config_.dump_dir, device_);
  screen_->Print(DescribeNeeds(needs, room));
  MNEME_RETURN_IF_ERROR(CheckFits(needs, room, config_.dump_dir));
  MNEME_RETURN_IF_ERROR(CreateTrainer());
  MNEME_ASSIGN_OR_RETURN(recorder_,
                         PickRecorder::Create(config_.logging, *trainer_->model(), screen_));
  MNEME_ASSIGN_OR_RETURN(const bool goes_on, Resume(config_, trainer_.get(), screen_));
  if (goes_on) saved_step_ = step();
  guard_ = trainer_->optimizer()->guard()->Read();  // steps skipped earlier have been told of
  MNEME_RETURN_IF_ERROR(OpenValidation());
  MNEME_ASSIGN_OR_RETURN(eval_, PeriodicEval::Open(config_, tokenizer_, step(), screen_));
  if (step() < config_.steps) {  // a finished run keeps the file of its steps
    MNEME_RETURN_IF_ERROR(
        WriteFileAtomically(config_.dump_dir + "/config.yaml", DumpTrainYaml(config_)));
  }
  MNEME_ASSIGN_OR_RETURN(metrics_,
                         MetricsWriter::Open(config_.dump_dir + "/metrics.jsonl", step()));
  if (config_.logging.tensorboard) {
    MNEME_ASSIGN_OR_RETURN(events_, EventFile::Create(config_.dump_dir, step()));
  }
  screen_->Print(DescribeModel(*trainer_->model()));
  screen_->Print(absl::StrFormat(
      "%s, %d threads; %d steps of %d x %d tokens from %s; run directory %s", device_.name(),
      NumThreads(), config_.steps, config_.data.batch_size * config_.grad_acc_steps,
      config_.data.seq_len, absl::StrJoin(trainer_->source_names(), ", "), config_.dump_dir));
  return absl::OkStatus();
}

absl::Status Run::OpenValidation() {
  auto held_out = SequentialLoader::Create(config_.data, tokenizer_, Split::kHeldOut,
                                           config_.validation.batches * config_.data.batch_size);
  if (absl::IsNotFound(held_out.status())) {
    screen_->Print(absl::StrCat("no validation: ", held_out.status().message()));
    return absl::OkStatus();
  }
  MNEME_ASSIGN_OR_RETURN(held_out_, std::move(held_out));
  return absl::OkStatus();
}

absl::Status Run::CreateTrainer() {
  TaskProgress bar(screen_, "filling value tables", TaskProgress::Unit::kBytes);
  MNEME_ASSIGN_OR_RETURN(
      trainer_, Trainer::Create(config_, device_, tokenizer_,
                                [&](int64_t done, int64_t total) { bar.Update(done, total); }));
  return absl::OkStatus();
}

absl::Status Run::Validate() {
  if (validated_step_ == step()) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(validation_, MeasureLoss(trainer_->model(), held_out_.get()));
  validated_step_ = step();
  return absl::OkStatus();
}

absl::Status Run::Save() {
  MNEME_RETURN_IF_ERROR(SaveCheckpoint(config_, *tokenizer_, trainer_.get(), screen_));
  saved_step_ = step();
  return absl::OkStatus();
}

absl::Status Run::EndOnDataError(const absl::Status& error) {
  MNEME_RETURN_IF_ERROR(CheckGradients(config_, trainer_.get(), screen_, &guard_));
  if (saved_step_ != step() && step() > 0 && config_.checkpoint.dump.every >= 0) {
    const absl::Status saved = Save();
    if (!saved.ok()) screen_->Print(absl::StrCat("warning: no checkpoint: ", saved.message()));
  }
  if (saved_step_ != step()) return error;
  return absl::Status(error.code(), absl::StrCat(error.message(), "; step ", step(),
                                                 " is saved: the same command goes on from it"));
}

absl::Status Run::Look(const StepReport& report, StepStatus* status) {
  MNEME_RETURN_IF_ERROR(CheckGradients(config_, trainer_.get(), screen_, &guard_));
  if (report.norms.values.defined()) {
    status->unique_rows = static_cast<double>(trainer_->TouchedRows());
  }
  meter_.Stop();
  status->loss = Number(report.loss);
  status->tokens_per_second = meter_.tokens_per_second();
  for (const ValueStore* table : trainer_->model()->tables()) {
    const std::string reads = table->DescribeReads();
    if (!reads.empty() && told_reads_.insert(reads).second) screen_->Print(reads);
  }
  return absl::OkStatus();
}

absl::Status Run::Log(const StepReport& report, const StepStatus& status) {
  usage_.clear();
  for (PickUsage* usage : trainer_->model()->usages()) usage_.push_back(usage->TakeSummary());
  const Metrics metrics =
      StepMetrics(config_, trainer_.get(),
                  {.report = report,
                   .status = status,
                   .meter = meter_,
                   .guard = guard_,
                   .usage = usage_,
                   .validation = validated_step_ == step() ? &*validation_ : nullptr});
  if (events_) MNEME_RETURN_IF_ERROR(events_->Write(step(), metrics));
  return metrics_->Write(step(), metrics);
}

absl::Status Run::Loop() {
  ProgressLine progress(screen_, config_.logging.freq);
  if (eval_->IsDue(step()) && !eval_->IsDone(step())) eval_->Run(trainer_->model(), step());
  meter_ = StepMeter(trainer_->model()->tables());
  meter_.Start();
  while (step() < config_.steps && StopSignal() == 0) {
    const absl::StatusOr<StepReport> stepped = trainer_->Step();
    if (!stepped.ok()) return EndOnDataError(stepped.status());
    const StepReport& report = *stepped;
    meter_.Add(report.tokens, report.data_seconds);
    if (recorder_) recorder_->Add(step(), *trainer_->model());
    StepStatus status = {.step = step(), .total_steps = config_.steps, .lr = report.lr};
    const bool is_last = step() == config_.steps;
    const bool logs = is_last || IsDue(config_.logging.freq);
    const bool validates = held_out_ && (is_last || IsDue(config_.validation.every));
    const bool evaluates = eval_->IsDue(step());
    const bool saves = evaluates || (!is_last && (IsDue(config_.checkpoint.dump.every) ||
                                                  IsDue(config_.checkpoint.eval.every)));
    // Only here does the host wait for the device.
    const bool looks = logs || validates || saves;
    if (looks) MNEME_RETURN_IF_ERROR(Look(report, &status));
    if (validates) {
      const absl::Status validated = Validate();
      if (!validated.ok()) return EndOnDataError(validated);
      status.val_loss = validation_->loss();
    }
    if (logs || validates) {
      // A full disk costs metrics, not the run.
      const absl::Status written = Log(report, status);
      if (!written.ok()) screen_->Print(absl::StrCat("warning: ", written.message()));
    }
    progress.Update(status);
    if (saves) {
      const absl::Status saved = Save();
      if (!saved.ok()) {
        screen_->Print(absl::StrCat("warning: no checkpoint at step ", step(), ": ",
                                    saved.message(), "; training goes on"));
      }
    }
    if (evaluates) eval_->Run(trainer_->model(), step());
    if (looks) meter_.Start();
  }
  progress.Finish();
  recorder_ = nullptr;
  return CheckGradients(config_, trainer_.get(), screen_, &guard_);
}

absl::Status Run::Finish() {
  const bool ends_on_eval = step() == config_.steps && IsDue(config_.checkpoint.eval.every);
  if (saved_step_ != step() && (config_.checkpoint.dump.every >= 0 || ends_on_eval)) {
    MNEME_RETURN_IF_ERROR(Save());
  }
  if (StopSignal() != 0) {
    const std::string saved =
        saved_step_ == step()
            ? absl::StrCat("saved in ", config_.dump_dir, "; the same command goes on")
            : "which is not saved: checkpoint.dump.every is -1";
    screen_->Print(absl::StrFormat("%s: stopped at step %d of %d, %s", StopSignalName(StopSignal()),
                                   step(), config_.steps, saved));
    return absl::OkStatus();
  }
  if (held_out_) {
    MNEME_RETURN_IF_ERROR(Validate());
    screen_->Print(absl::StrFormat("validation: loss %.4f, perplexity %.2f, %.4f bits per byte",
                                   validation_->loss(), validation_->perplexity(),
                                   validation_->bits_per_byte()));
  }
  for (size_t i = 0; i < usage_.size(); ++i) {
    const PickUsage& usage = *trainer_->model()->usages()[i];
    screen_->Print(DescribeUsage(i, NumRows(config_.memory), usage.share_touched(), usage_[i]));
  }
  if (held_out_) {
    MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> samples,
                           HeldOutSamples(config_, *tokenizer_, trainer_->model()));
    for (const std::string& sample : samples) screen_->Print(sample);
  }
  screen_->Print(absl::StrCat("done: ", config_.dump_dir));
  return absl::OkStatus();
}

}  // namespace

absl::Status Train(const TrainArgs& args, Screen* screen) {
  Run run(args.config, screen);
  const absl::Status status = run.All(args.report);
  if (status.ok()) return status;
  screen->KeepLive();  // the caller's sentence goes below it
  screen->Log(absl::StrCat("ended: ", status.message()));
  return status;
}

}  // namespace mneme
