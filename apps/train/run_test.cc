#include "apps/train/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "apps/train/test_run.h"
#include "memory_layer/pick_trace/pick_trace.h"
#include "nlohmann/json.hpp"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

TEST(RunTest, BadGradientsStopTheRunAndNotItsCheckpoint) {
  for (const Replacements& setting : Settings()) {
    TempDir temp;
    const std::string dir = temp.File("run");
    ASSERT_TRUE(TrainIn(dir, 12, setting).status.ok());
    const std::string model = ReadAll(dir + "/checkpoints/0000000012/model.safetensors");
    Replacements too_fast = setting;
    too_fast.push_back({"LR", "1e38"});
    const Outcome bad = TrainIn(dir, 100, too_fast);
    EXPECT_EQ(bad.status.code(), absl::StatusCode::kAborted) << bad.status;
    EXPECT_NE(bad.status.message().find("NaN or infinite in 10 steps in a row"), std::string::npos)
        << bad.status;
    EXPECT_NE(bad.text.find("skipped: NaN or infinite gradients, first that of "),
              std::string::npos)
        << bad.text;
    EXPECT_EQ(ReadAll(dir + "/checkpoints/0000000012/model.safetensors"), model);
    const std::string end = absl::StrCat("Z ended: ", bad.status.message(), "\n");
    EXPECT_TRUE(absl::EndsWith(ReadAll(dir + "/train.log"), end)) << end;
  }
}

TEST(RunTest, PicksAreRecorded) {
  TempDir temp;
  const std::string trace = temp.File("picks");
  const Outcome run =
      TrainIn(temp.File("run"), 5,
              {{"freq: 2", absl::StrCat("freq: 2, pick_trace_steps: 3, pick_trace: ", trace)}});
  ASSERT_TRUE(run.status.ok()) << run.status;
  const auto picks = ReadPickTrace(trace);
  ASSERT_TRUE(picks.ok()) << picks.status();
  EXPECT_EQ(picks->n_rows, 16 * 16);
  ASSERT_EQ(picks->lookups.size(), 3 * 2);  // steps, memory layers
  EXPECT_EQ(picks->lookups[3].step, 2);
  EXPECT_EQ(picks->lookups[3].layer, 2);
  EXPECT_EQ(picks->lookups[3].tokens, 3 * 24);
  EXPECT_EQ(picks->lookups[3].picks, 2 * 4);
}

TEST(RunTest, MetricsHaveEachStepOnce) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  ASSERT_EQ(std::system(absl::StrCat("rm -r ", dir, "/checkpoints/0000000020").c_str()), 0);
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  const std::string metrics = ReadAll(dir + "/metrics.jsonl");
  for (int step : {2, 5, 12, 14, 20}) {
    const std::string key = absl::StrCat("{\"global_step\":", step, ",");
    const size_t found = metrics.find(key);
    EXPECT_NE(found, std::string::npos) << key;
    EXPECT_EQ(metrics.find(key, found + 1), std::string::npos) << key;
  }
}

TEST(RunTest, MetricsSayWhatAUserWatches) {
  TempDir temp;
  const std::string dir = temp.File("run");
  const Replacements on = {{"freq: 2", "freq: 2, tensorboard: true"}};
  ASSERT_TRUE(TrainIn(dir, 4, on).status.ok());
  const std::string metrics = ReadAll(dir + "/metrics.jsonl");
  std::string events;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    if (entry.path().filename().string().rfind("events.out.tfevents.", 0) == 0) {
      events = ReadAll(entry.path());
    }
  }
  for (const char* key :
       {"acc_step", "speed/wps", "speed/FLOPS", "speed/curr_iter_time", "speed/data_load_time",
        "optim/grad_norm", "optim/value_grad_norm", "optim/lr", "optim/total_tokens", "loss/out",
        "memory/unique_rows", "memory/link_gb_per_second", "memory/fence_wait_time",
        "data/tokens/text"}) {
    EXPECT_NE(metrics.find(absl::StrCat("\"", key, "\":")), std::string::npos) << key;
    EXPECT_NE(events.find(key), std::string::npos) << key << " for TensorBoard";
  }
  const auto last = nlohmann::json::parse(metrics.substr(metrics.find('\n') + 1));
  EXPECT_EQ(last["global_step"], 4);
  EXPECT_EQ(last["optim/total_tokens"], 4 * 2 * 3 * 24);
  EXPECT_EQ(last["data/tokens/text"], 4 * 2 * 3 * 24);
  const auto first = nlohmann::json::parse(metrics.substr(0, metrics.find('\n')));
  EXPECT_DOUBLE_EQ(first["optim/lr"].get<double>(), 1e-2 * 2 / 3) << "step 2 of a warmup of 3";
  EXPECT_NEAR(first["loss/out"].get<double>(), std::log(258.0), 0.5);
  // A byte is a token, and a document begins and ends with one more.
  const double bits_per_token = last["loss/validation"].get<double>() / std::log(2.0);
  EXPECT_GT(last["bits_per_byte/validation"].get<double>(), bits_per_token);
  EXPECT_LT(last["bits_per_byte/validation"].get<double>(), 1.2 * bits_per_token);
}

TEST(RunTest, AFinishedRunKeepsItsConfiguration) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 4).status.ok());
  const std::string config = ReadAll(dir + "/config.yaml");
  ASSERT_TRUE(TrainIn(dir, 4, {{"LR", "5"}}).status.ok());
  EXPECT_EQ(ReadAll(dir + "/config.yaml"), config);
  ASSERT_TRUE(TrainIn(dir, 5, {{"LR", "5"}}).status.ok());
  EXPECT_NE(ReadAll(dir + "/config.yaml"), config);
}

TEST(RunTest, ItEndsWithASampleOfEachHeldOutPrompt) {
  TempDir temp;
  const Outcome run = TrainIn(temp.File("run"), 2, {{"samples: 1", "samples: 2"}});
  ASSERT_TRUE(run.status.ok()) << run.status;
  int64_t samples = 0;
  for (const absl::string_view line : absl::StrSplit(run.text, '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(" |", 1));
    if (parts.size() < 2) continue;
    ++samples;
    EXPECT_THAT(parts[0], testing::MatchesRegex("number [0-9]+:"));
  }
  EXPECT_EQ(samples, 2) << run.text;
}

// One document in 50 is held out: none of these two.
TEST(RunTest, WithoutHeldOutDocumentsTheRunIsNotValidated) {
  TempDir temp;
  std::filesystem::create_directory(temp.File("text"));
  std::ofstream(temp.File("text/a.jsonl")) << "{\"text\": \"an owl\"}\n{\"text\": \"a heron\"}\n";
  const std::string dir = temp.File("run");
  for (const char* when : {"from its beginning", "when it is finished already"}) {
    const Outcome run = TrainIn(dir, 6);
    ASSERT_TRUE(run.status.ok()) << when << ": " << run.status;
    EXPECT_NE(run.text.find("no validation: data source 'text' has no held-out document"),
              std::string::npos)
        << when << ": " << run.text;
  }
  EXPECT_EQ(ReadAll(dir + "/metrics.jsonl").find("validation"), std::string::npos);
}

TEST(RunTest, ATokenizerThatIsNotThereIsNamedWithItsKey) {
  TempDir temp;
  const Outcome outcome = TrainIn(
      temp.File("run"), 1, {{"prefetch_size: 5", "tokenizer: {name: sp, path: /none.model}"}});
  EXPECT_EQ(outcome.status.message(),
            "data.tokenizer.path: cannot open '/none.model': No such file or directory");
}

constexpr char kTasks[] = R"(
eval:
  harness: {tasks: [recall, val, {task: nq_open, num_fewshot: 0}, piqa], limit: 2, data_dir: TASKS}
logging:)";

TEST(RunTest, EvaluationLeavesNoTraceInTheRunsBits) {
  for (const Replacements& setting : Settings()) {
    TempDir temp;
    const std::string plain = temp.File("plain"), evaluated = temp.File("evaluated");
    std::ofstream(temp.File("nq_open_dev.jsonl")) << "{\"question\": \"q\", \"answer\": [\"a\"]}\n";
    Replacements with_tasks = setting;
    with_tasks.push_back({"\nlogging:", absl::StrReplaceAll(kTasks, {{"TASKS", temp.path()}})});
    with_tasks.push_back({"EVAL", "8"});
    ASSERT_TRUE(TrainIn(plain, 20, setting).status.ok());
    const Outcome outcome = TrainIn(evaluated, 20, with_tasks);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    ExpectSameCheckpoint(plain, evaluated);
    // There are no files of piqa.
    EXPECT_NE(outcome.text.find("warning: no evaluation: task piqa"), std::string::npos);
    EXPECT_NE(outcome.text.find("evaluation at step 16:\ntask "), std::string::npos);
  }
}

TEST(RunTest, EvaluationsAreDoneOnceAndMadeUpForAfterAKill) {
  TempDir temp;
  const std::string dir = temp.File("run");
  Replacements with_tasks = {
      {"\nlogging:", "\neval: {harness: {tasks: [recall], limit: 2}}\nlogging:"}, {"EVAL", "8"}};
  ASSERT_TRUE(TrainIn(dir, 20, with_tasks).status.ok());
  // Killed during the second evaluation, behind its checkpoint.
  ASSERT_EQ(
      std::system(absl::StrCat("rm -r ", dir, "/checkpoints/0000000020 ", dir, "/evals/0000000016")
                      .c_str()),
      0);
  const Outcome again = TrainIn(dir, 20, with_tasks);
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_NE(ReadAll(dir + "/evals/0000000016/results.json"), "");
  const std::string metrics = ReadAll(dir + "/metrics.eval.jsonl");
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 2) << metrics;
  EXPECT_EQ(metrics.find("{\"global_step\":8,"), 0) << metrics;
  EXPECT_NE(metrics.find("\n{\"global_step\":16,"), std::string::npos) << metrics;
}

TEST(RunTest, ResultsOfOtherTasksAreNotTheRunsOwnEvaluation) {
  TempDir temp;
  const std::string dir = temp.File("run");
  const Replacements with_tasks = {
      {"\nlogging:", "\neval: {harness: {tasks: [recall], limit: 2}}\nlogging:"}, {"EVAL", "8"}};
  ASSERT_TRUE(TrainIn(dir, 8).status.ok());
  // As //apps:eval, run by hand, leaves them.
  const std::string results = dir + "/evals/0000000008/results.json";
  std::filesystem::create_directories(dir + "/evals/0000000008");
  std::ofstream(results) << R"({"piqa": {"acc": {"value": 0.5, "stderr": null, "n": 2}}})";
  const Outcome again = TrainIn(dir, 8, with_tasks);
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_NE(again.text.find("evaluation at step 8:\n"), std::string::npos) << again.text;
  const auto json = nlohmann::json::parse(ReadAll(results));
  EXPECT_TRUE(json.contains("recall") && json.contains("piqa")) << json;
  // Now they are there.
  EXPECT_EQ(TrainIn(dir, 8, with_tasks).text.find("evaluation at"), std::string::npos);
}

TEST(RunTest, AnUnknownTaskIsRefusedAtTheStart) {
  TempDir temp;
  const Outcome outcome =
      TrainIn(temp.File("run"), 20,
              {{"\nlogging:", "\neval: {harness: {tasks: [hellaswg]}}\nlogging:"}, {"EVAL", "8"}});
  EXPECT_NE(outcome.status.message().find("did you mean 'hellaswag'?"), std::string::npos)
      << outcome.status;
}

}  // namespace
}  // namespace mneme
