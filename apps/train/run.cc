#include "apps/train/run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "apps/checkpoint/find.h"
#include "apps/checkpoint/retention.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/checkpoint/write.h"
#include "apps/config/model_params.h"
#include "apps/config/settle.h"
#include "apps/eval/loss.h"
#include "apps/model/adopt_weights.h"
#include "apps/model/model_state.h"
#include "apps/progress/event_file.h"
#include "apps/progress/format.h"
#include "apps/progress/metrics_writer.h"
#include "apps/progress/progress_line.h"
#include "apps/progress/stop_signals.h"
#include "apps/progress/task_progress.h"
#include "apps/progress/train_log.h"
#include "apps/train/describe.h"
#include "apps/train/periodic_eval.h"
#include "apps/train/pick_recorder.h"
#include "apps/train/preflight.h"
#include "apps/train/samples.h"
#include "apps/train/step_meter.h"
#include "apps/train/trainer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr char kLoaderState[] = "loader";
constexpr char kTokens[] = "total_tokens";

float Number(const Tensor& scalar) { return scalar.ToVector<float>()[0]; }

class Run {
 public:
  Run(const TrainConfig& config, Screen* screen) : config_(config), screen_(screen) {}
  ~Run() { screen_->set_log(nullptr); }

  absl::Status Open(ConfigReport report);
  absl::Status Loop();
  absl::Status Finish();

 private:
  // An error if the checkpoint that the run will start from has a tokenizer of another size.
  absl::Status CheckTokenizer() const;
  absl::Status OpenDirectory(const ConfigReport& report);
  absl::Status CreateTrainer();
  absl::Status Resume();
  absl::Status StartFromInitCheckpoint();
  absl::Status Validate();
  absl::Status Save();
  // Waits for the device, and tells of steps that were skipped; an error if too many were.
  absl::Status CheckGradients();
  absl::Status Log(const StepReport& report, const StepStatus& status);
  int64_t step() const { return trainer_->totals().step; }
  bool IsDue(const SaveEvery& save) const { return save.every > 0 && step() % save.every == 0; }

  TrainConfig config_;
  Screen* const screen_;
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

absl::Status Run::CheckTokenizer() const {
  FoundCheckpoint found = FindLatestCheckpoint(config_.dump_dir, Verify::kSizes);
  const bool goes_on = found.checkpoint.has_value();
  const std::string& init = config_.checkpoint.init_ckpt_path;
  if (!goes_on && !init.empty()) {
    MNEME_ASSIGN_OR_RETURN(found, ResolveCheckpoint(init, Verify::kSizes));
  }
  if (!found.checkpoint) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const ModelParams params, ModelParamsOf(*found.checkpoint));
  return CheckTokenizerSize(
      config_.data.tokenizer, tokenizer_->vocab_size(), params,
      absl::StrCat("checkpoint '", found.checkpoint->path(), "'"),
      absl::StrCat("set data.tokenizer.name and data.tokenizer.path to the model's own",
                   goes_on ? ", or choose another dump_dir" : ""));
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
  MNEME_ASSIGN_OR_RETURN(tokenizer_,
                         MakeTokenizer(config_.data.tokenizer.name, config_.data.tokenizer.path));
  MNEME_RETURN_IF_ERROR(CheckTokenizer());
  if (config_.model.vocab_size < 0) config_.model.vocab_size = tokenizer_->vocab_size();
  if (config_.model.vocab_size < tokenizer_->vocab_size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.vocab_size is ", config_.model.vocab_size, ", but tokenizer ", tokenizer_->name(),
        " has ", tokenizer_->vocab_size(), " ids; leave model.vocab_size at -1 to follow it"));
  }
  MNEME_RETURN_IF_ERROR(OpenDirectory(report));
  const RunNeeds needs = NeedsOf(config_, device_);
  const Room room = MeasureRoom(config_.dump_dir, device_);
  screen_->Print(DescribeNeeds(needs, room));
  MNEME_RETURN_IF_ERROR(CheckFits(needs, room, config_.dump_dir));
  MNEME_RETURN_IF_ERROR(CreateTrainer());
  MNEME_ASSIGN_OR_RETURN(recorder_,
                         PickRecorder::Create(config_.logging, *trainer_->model(), screen_));
  MNEME_RETURN_IF_ERROR(Resume());
  MNEME_ASSIGN_OR_RETURN(held_out_,
                         SequentialLoader::Create(config_.data, tokenizer_, Split::kHeldOut,
                                                  config_.validation.batches));
  MNEME_ASSIGN_OR_RETURN(eval_, PeriodicEval::Open(config_, tokenizer_, step(), screen_));
  MNEME_RETURN_IF_ERROR(
      WriteFileAtomically(config_.dump_dir + "/config.yaml", DumpTrainYaml(config_)));
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

absl::Status Run::CreateTrainer() {
  TaskProgress bar(screen_, "filling value tables", TaskProgress::Unit::kBytes);
  MNEME_ASSIGN_OR_RETURN(
      trainer_, Trainer::Create(config_, device_, tokenizer_,
                                [&](int64_t done, int64_t total) { bar.Update(done, total); }));
  return absl::OkStatus();
}

absl::Status Run::Resume() {
  MNEME_ASSIGN_OR_RETURN(const FoundCheckpoint found,
                         RestoreLatest(config_.dump_dir, trainer_->model(), trainer_->optimizer()));
  for (const std::string& warning : found.warnings) {
    screen_->Print(absl::StrCat("warning: ", warning));
  }
  if (!found.checkpoint && !found.warnings.empty()) {
    return absl::DataLossError(
        absl::StrCat("no checkpoint in '", config_.dump_dir,
                     "' is whole; mend or remove them to begin anew, or choose another dump_dir"));
  }
  if (!found.checkpoint) return StartFromInitCheckpoint();
  const Checkpoint& checkpoint = *found.checkpoint;
  const RunState& state = checkpoint.state();
  const auto loader = state.texts.find(kLoaderState);
  const auto tokens = state.counts.find(kTokens);
  if (loader == state.texts.end() || tokens == state.counts.end()) {
    return absl::InvalidArgumentError(absl::StrCat("checkpoint '", checkpoint.path(),
                                                   "' is not of a training run: its state.json "
                                                   "does not say where the data stands"));
  }
  MNEME_ASSIGN_OR_RETURN(const LoaderState data, LoaderStateFromJson(loader->second));
  RunTotals totals{.step = checkpoint.step(), .tokens = tokens->second};
  for (const std::string& source : trainer_->source_names()) {
    const auto seen = state.counts.find(absl::StrCat("tokens.", source));
    totals.source_tokens.push_back(seen == state.counts.end() ? 0 : seen->second);
  }
  MNEME_RETURN_IF_ERROR(trainer_->Seek(totals, data));
  saved_step_ = checkpoint.step();
  screen_->Print(absl::StrCat("going on from ", checkpoint.path()));
  return absl::OkStatus();
}

absl::Status Run::StartFromInitCheckpoint() {
  const std::string& path = config_.checkpoint.init_ckpt_path;
  if (path.empty()) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const FoundCheckpoint found, ResolveCheckpoint(path, Verify::kSizes));
  for (const std::string& warning : found.warnings) {
    screen_->Print(absl::StrCat("warning: ", warning));
  }
  MNEME_ASSIGN_OR_RETURN(const AdoptedWeights adopted,
                         AdoptWeights(*found.checkpoint, trainer_->model()));
  screen_->Print(DescribeAdopted(found.checkpoint->path(), adopted));
  return absl::OkStatus();
}

absl::Status Run::Validate() {
  if (validated_step_ == step()) return absl::OkStatus();
  const absl::StatusOr<LossSummary> summary = MeasureLoss(trainer_->model(), held_out_.get());
  if (absl::IsNotFound(summary.status())) {
    screen_->Print(absl::StrCat("no validation: ", summary.status().message()));
    held_out_ = nullptr;
    return absl::OkStatus();
  }
  MNEME_RETURN_IF_ERROR(summary.status());
  validated_step_ = step();
  validation_ = *summary;
  return absl::OkStatus();
}

absl::Status Run::Save() {
  CheckpointContents contents;
  AddModelState(trainer_->model(), trainer_->optimizer(), &contents);
  const RunTotals& totals = trainer_->totals();
  contents.state.step = totals.step;
  contents.state.counts[kTokens] = totals.tokens;
  for (size_t i = 0; i < totals.source_tokens.size(); ++i) {
    contents.state.counts[absl::StrCat("tokens.", trainer_->source_names()[i])] =
        totals.source_tokens[i];
  }
  contents.state.texts[kLoaderState] = LoaderStateToJson(trainer_->DataState());
  contents.params = ModelParamsToJson({.model = {config_.model, config_.memory},
                                       .tokenizer = config_.data.tokenizer,
                                       .tokenizer_size = tokenizer_->vocab_size()});
  WriteOptions options;
  options.retention = {.keep = config_.checkpoint.dump.keep,
                       .eval_every = config_.checkpoint.eval.every,
                       .eval_keep = config_.checkpoint.eval.keep};
  TaskProgress bar(screen_, "writing checkpoint", TaskProgress::Unit::kBytes);
  options.progress = [&](int64_t done, int64_t total) { bar.Update(done, total); };
  MNEME_ASSIGN_OR_RETURN(const WrittenCheckpoint written,
                         WriteCheckpoint(config_.dump_dir, contents, options));
  saved_step_ = step();
  screen_->Log(absl::StrCat("saved ", written.path, ", ", ShortBytes(written.bytes)));
  if (!written.removal.ok()) screen_->Print(absl::StrCat("warning: ", written.removal.message()));
  return absl::OkStatus();
}

absl::Status Run::CheckGradients() {
  const int64_t skipped = guard_.skipped;
  guard_ = trainer_->optimizer()->guard()->Read();
  const std::string first_bad = trainer_->optimizer()->NameOfGradient(guard_.first_bad);
  if (guard_.skipped_in_a_row >= kMaxSkippedInARow) {
    const FoundCheckpoint last = FindLatestCheckpoint(config_.dump_dir, Verify::kSizes);
    return absl::AbortedError(absl::StrCat(
        "stopped before step ", step(), ": gradients were NaN or infinite in ", kMaxSkippedInARow,
        " steps in a row, none of which was taken; the first to go bad was that of ", first_bad,
        ". A lower optim.lr or optim.clip, or a longer optim.warmup may help; ",
        last.checkpoint ? absl::StrCat(last.checkpoint->path(), " is intact")
                        : "no checkpoint had been written"));
  }
  if (guard_.skipped > skipped) {
    const std::string scale = config_.distributed.model_dtype == ComputeDtype::kFp16
                                  ? absl::StrFormat("; the loss scale is now %g", guard_.loss_scale)
                                  : "";
    screen_->Print(absl::StrCat("warning: ", guard_.skipped - skipped, " of the steps up to ",
                                step(), " skipped: NaN or infinite gradients, first that of ",
                                first_bad, scale));
  }
  return absl::OkStatus();
}

absl::Status Run::Log(const StepReport& report, const StepStatus& status) {
  const double tokens_per_second = *status.tokens_per_second;
  Metrics metrics = {
      {"acc_step", int64_t{0}},
      {"speed/wps", tokens_per_second},
      {"speed/FLOPS", tokens_per_second * FlopsPerToken(*trainer_->model(), config_.data.seq_len)},
      {"speed/curr_iter_time", meter_.step_seconds()},
      {"speed/data_load_time", meter_.data_seconds()},
      {"optim/grad_norm", Number(report.norms.dense)},
      {"optim/lr", report.lr},
      {"optim/total_tokens", trainer_->totals().tokens},
      {"optim/skipped_steps", guard_.skipped},
      {"loss/out", *status.loss},
  };
  if (config_.distributed.model_dtype == ComputeDtype::kFp16) {
    metrics.push_back({"optim/loss_scale", guard_.loss_scale});
  }
  if (report.norms.values.defined()) {
    metrics.push_back({"optim/value_grad_norm", Number(report.norms.values)});
    metrics.push_back({"memory/unique_rows", static_cast<int64_t>(*status.unique_rows)});
    metrics.push_back({"memory/link_gb_per_second", meter_.link_bytes_per_second() * 1e-9});
    metrics.push_back({"memory/fence_wait_time", meter_.wait_seconds()});
  }
  usage_.clear();
  for (PickUsage* usage : trainer_->model()->usages()) {
    const std::string prefix = absl::StrCat("memory/", usage_.size());
    usage_.push_back(usage->TakeSummary());
    metrics.push_back({prefix + "/entropy_nats", usage_.back().entropy_nats});
    metrics.push_back({prefix + "/share_touched", usage->share_touched()});
  }
  if (validated_step_ == step()) {
    metrics.push_back({"loss/validation", validation_->loss()});
    metrics.push_back({"bits_per_byte/validation", validation_->bits_per_byte()});
  }
  for (size_t i = 0; i < trainer_->source_names().size(); ++i) {
    metrics.push_back({absl::StrCat("data/tokens/", trainer_->source_names()[i]),
                       trainer_->totals().source_tokens[i]});
  }
  if (events_) MNEME_RETURN_IF_ERROR(events_->Write(step(), metrics));
  return metrics_->Write(step(), metrics);
}

absl::Status Run::Loop() {
  ProgressLine progress(screen_, config_.logging.freq);
  if (eval_->IsDue(step()) && !eval_->IsDone(step())) eval_->Run(trainer_->model(), step());
  meter_ = StepMeter(trainer_->model()->tables());
  meter_.Start();
  while (step() < config_.steps && StopSignal() == 0) {
    MNEME_ASSIGN_OR_RETURN(const StepReport report, trainer_->Step());
    meter_.Add(report.tokens, report.data_seconds);
    if (recorder_) recorder_->Add(step(), *trainer_->model());
    StepStatus status = {.step = step(), .total_steps = config_.steps, .lr = report.lr};
    const bool is_last = step() == config_.steps;
    const bool logs = step() % config_.logging.freq == 0 || is_last;
    const bool validates =
        held_out_ &&
        (is_last || (config_.validation.every > 0 && step() % config_.validation.every == 0));
    const bool evaluates = eval_->IsDue(step());
    const bool saves =
        evaluates ||
        (!is_last && (IsDue(config_.checkpoint.dump) || IsDue(config_.checkpoint.eval)));
    // Only here does the host wait for the device.
    if (logs || validates || saves) {
      MNEME_RETURN_IF_ERROR(CheckGradients());
      if (report.norms.values.defined()) {
        status.unique_rows = static_cast<double>(trainer_->TouchedRows());
      }
      meter_.Stop();
      status.loss = Number(report.loss);
      status.tokens_per_second = meter_.tokens_per_second();
      for (const ValueStore* table : trainer_->model()->tables()) {
        const std::string reads = table->DescribeReads();
        if (!reads.empty() && told_reads_.insert(reads).second) screen_->Print(reads);
      }
    }
    if (validates) {
      MNEME_RETURN_IF_ERROR(Validate());
      if (validation_) status.val_loss = validation_->loss();
    }
    if (logs || validated_step_ == step()) {
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
    if (logs || validates || saves) meter_.Start();
  }
  progress.Finish();
  recorder_ = nullptr;
  return CheckGradients();
}

absl::Status Run::Finish() {
  if (saved_step_ != step() && config_.checkpoint.dump.every >= 0) MNEME_RETURN_IF_ERROR(Save());
  if (StopSignal() != 0 && saved_step_ != step()) {
    screen_->Print(
        absl::StrFormat("%s: stopped at step %d of %d, which is not saved: "
                        "checkpoint.dump.every is -1",
                        StopSignalName(StopSignal()), step(), config_.steps));
    return absl::OkStatus();
  }
  if (StopSignal() != 0) {
    screen_->Print(absl::StrFormat("%s: saved step %d of %d in %s; the same command goes on",
                                   StopSignalName(StopSignal()), step(), config_.steps,
                                   config_.dump_dir));
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
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> prompts,
                         HeldOutPrompts(config_.data, config_.validation.samples));
  for (const std::string& prompt : prompts) {
    screen_->Print(absl::StrCat(
        prompt, " |",
        Complete(trainer_->model(), *tokenizer_, prompt, config_.validation.sample_tokens)));
  }
  screen_->Print(absl::StrCat("done: ", config_.dump_dir));
  return absl::OkStatus();
}

}  // namespace

absl::Status Train(const TrainArgs& args, Screen* screen) {
  Run run(args.config, screen);
  MNEME_RETURN_IF_ERROR(run.Open(args.report));
  MNEME_RETURN_IF_ERROR(run.Loop());
  return run.Finish();
}

}  // namespace mneme
