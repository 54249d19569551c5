#include "apps/eval/run.h"

#include <filesystem>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/config/eval_schema.h"
#include "apps/config/user_path.h"
#include "apps/eval/open_tasks.h"
#include "apps/eval/results.h"
#include "apps/eval/run_tasks.h"
#include "apps/progress/metrics_writer.h"
#include "data/corpus/corpus_files.h"
#include "data/loader/open_sources.h"
#include "runtime/core/status.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

using Documents = EvalArgs::Documents;

absl::StatusOr<Split> SplitOf(const EvalArgs& args, const std::string& source) {
  switch (args.split) {
    case Documents::kHeldOut:
      return Split::kHeldOut;
    case Documents::kTraining:
      return Split::kTrain;
    case Documents::kAll:
      return Split::kAll;
    case Documents::kAuto:
      break;
  }
  if (source == kWordNetSource) return Split::kHeldOut;
  MNEME_ASSIGN_OR_RETURN(const CorpusFiles files, FindCorpusFiles("", source));
  return files.held_out.empty() ? Split::kAll : Split::kHeldOut;
}

bool HasVal(const HarnessConfig& harness) {
  for (const HarnessTask& task : harness.tasks) {
    if (task.task == "val") return true;
  }
  return false;
}

absl::StatusOr<ValOptions> ValOptionsOf(const EvalArgs& args) {
  ValOptions options;
  const std::string source = args.data == kWordNetSource ? args.data : UserPath(args.data);
  options.data.sources = {{source, 1.0}};
  options.seq_len = args.seq_len;
  options.data.wordnet_dir = args.wordnet_dir;
  if (HasVal(args.harness)) {
    MNEME_ASSIGN_OR_RETURN(options.split, SplitOf(args, source));
  }
  return options;
}

// Where a checkpoint's results go by default: RUN for RUN/checkpoints/STEP, else its folder's.
std::string RunFolder(const std::string& checkpoint) {
  const std::filesystem::path folder = std::filesystem::path(checkpoint).parent_path();
  return (folder.filename() == "checkpoints" ? folder.parent_path() : folder).string();
}

absl::Status WriteReport(const EvalArgs& args, EvalReport* report) {
  const std::string run = RunFolder(report->checkpoint);
  report->dump_dir = args.dump_dir.empty()
                         ? absl::StrCat(run, "/evals/", absl::Dec(report->step, absl::kZeroPad10))
                         : args.dump_dir;
  const absl::Status written = WriteResults(report->dump_dir, report->results,
                                            /*keep_others=*/args.dump_dir.empty());
  if (!written.ok()) {
    return absl::Status(written.code(),
                        absl::StrCat(written.message(), "; dump_dir says where the results go"));
  }
  MNEME_ASSIGN_OR_RETURN(
      const std::unique_ptr<MetricsWriter> metrics,
      MetricsWriter::Open((args.dump_dir.empty() ? run : args.dump_dir) + "/metrics.eval.jsonl",
                          std::numeric_limits<int64_t>::max()));
  return metrics->Write(report->step, ResultsMetrics(report->results));
}

}  // namespace

void Describe(Section& s, EvalArgs& c) {
  Describe(s, c.model);
  Section harness = s.Sub("harness", "what to evaluate the model on");
  Describe(harness, c.harness);
  Section generator = s.Sub("generator", "how it goes through the model");
  Describe(generator, c.generator);
  s.AddPath("dump_dir", c.dump_dir,
            "folder for results.json and samples_TASK.jsonl; \"\": evals/STEP in the run's");
  s.Add(
      "data", c.data,
      "for the task val: a .jsonl or .txt file, a folder of such files or a pattern; wordnet: the "
      "built-in corpus");
  s.Add("split", c.split,
        {{"auto", Documents::kAuto},
         {"held_out", Documents::kHeldOut},
         {"training", Documents::kTraining},
         {"all", Documents::kAll}},
        "which of its documents; auto: the held-out ones (*.val.jsonl) where there are any");
  s.Add("seq_len", c.seq_len, {.min = 1, .max = kMaxTokens},
        "its tokens a sequence; null: the model's max_seqlen");
  s.AddPath("wordnet_dir", c.wordnet_dir, "where WordNet's data.noun, data.verb, ... are");
  s.Add("json", c.json, "print the result as one line of JSON");
}

absl::StatusOr<EvalReport> Evaluate(const EvalArgs& args, Screen* screen) {
  if (args.harness.tasks.empty()) {
    return absl::InvalidArgumentError("harness.tasks is empty; name a task, such as val");
  }
  // The tasks first: what is wrong with their files shows in a moment, a large model takes its
  // time.
  MNEME_ASSIGN_OR_RETURN(const ValOptions val, ValOptionsOf(args));
  MNEME_ASSIGN_OR_RETURN(const auto tasks, OpenTasks(args.harness, val));
  MNEME_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(args.model, screen));
  const EvalModel model = {.model = loaded.model.get(),
                           .tokenizer = loaded.tokenizer,
                           .max_tokens = args.generator.max_tokens,
                           .max_gen_len = args.generator.max_gen_len};
  EvalReport report = {.checkpoint = loaded.path, .step = loaded.step};
  report.ended = RunTasks(tasks, model, screen, &report.results);
  if (report.results.empty()) return report.ended;
  MNEME_RETURN_IF_ERROR(WriteReport(args, &report));
  return report;
}

std::string ReportText(const EvalReport& report) {
  return absl::StrCat("checkpoint ", report.checkpoint, " (step ", report.step, ")\n",
                      ResultsTable(report.results), "results in ", report.dump_dir, "\n");
}

std::string ReportJson(const EvalReport& report) {
  using Json = nlohmann::ordered_json;
  const Json json = {{"checkpoint", report.checkpoint},
                     {"step", report.step},
                     {"results", ResultsJson(report.results)}};
  return JsonText(json) + "\n";
}

}  // namespace mneme
