#include "apps/train/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/config/train_args.h"
#include "memory_layer/pick_trace/pick_trace.h"
#include "runtime/core/devices.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

constexpr char kConfig[] = R"(
steps: STEPS
dump_dir: DIR
grad_acc_steps: 2
threads: THREADS
device: DEVICE
model:
  dim: DIM
  n_layers: 3
  n_heads: 2
  multiple_of: 8
  productkey_args: {is_enabled: true, layers: "0,2", mem_n_keys: 16, mem_heads: 2, mem_knn: 4,
                    mem_k_dim: 8, zero_copy: ZERO_COPY, values_dtype: VALUES_DTYPE}
optim: {lr: LR, warmup: 3}
data: {root_dir: DIR/.., sources: {text: 1}, batch_size: 3, seq_len: 24, prefetch_size: 5}
distributed: {model_dtype: MODEL_DTYPE}
checkpoint: {dump: {every: 12}, eval: {every: EVAL}}
validation: {every: 5, batches: 2, samples: 1, sample_tokens: 4}
logging: {freq: 2}
)";

struct Outcome {
  absl::Status status;
  std::string text;  // what was printed
};

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// Documents in the folder `text` beside the run directory `dir`.
void WriteText(const std::string& dir) {
  const std::filesystem::path folder = std::filesystem::path(dir).parent_path() / "text";
  if (!std::filesystem::create_directories(folder)) return;  // they are there
  std::ofstream file(folder / "some.chunk.00.jsonl");
  for (int i = 0; i < 500; ++i) {
    file << absl::StrCat("{\"text\": \"number ", i, ": its square ends in ", i * i % 100, "\"}\n");
  }
}

using Replacements = std::vector<std::pair<std::string, std::string>>;

// `changes` to kConfig come first.
Outcome TrainIn(const std::string& dir, int steps, Replacements changes = {}) {
  WriteText(dir);
  std::string yaml = absl::StrReplaceAll(kConfig, changes);
  yaml = absl::StrReplaceAll(yaml, {{"STEPS", absl::StrCat(steps)},
                                    {"DIR", dir},
                                    {"THREADS", "2"},
                                    {"DIM", "16"},
                                    {"EVAL", "-1"},
                                    {"DEVICE", "cpu"},
                                    {"ZERO_COPY", "true"},
                                    {"VALUES_DTYPE", "fp32"},
                                    {"MODEL_DTYPE", "fp32"},
                                    {"LR", "1e-2"}});
  const auto args = ParseTrainYaml(yaml, "test.yaml");
  if (!args.ok()) return {args.status(), ""};
  const std::string printed = absl::StrCat(dir, ".printed");
  const int fd = open(printed.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  absl::Status status;
  {
    Screen screen(fd);
    status = Train(*args, &screen);
  }
  close(fd);
  return {status, ReadAll(printed)};
}

void ExpectSameCheckpoint(const std::string& a, const std::string& b) {
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    const std::string name = absl::StrCat("/checkpoints/0000000020/", file);
    const std::string bytes = ReadAll(a + name);
    EXPECT_FALSE(bytes.empty()) << a << name;
    EXPECT_TRUE(bytes == ReadAll(b + name)) << name << " differs";
  }
}

// Where and how to train.
std::vector<Replacements> Settings() {
  std::vector<Replacements> settings = {{}, {{"VALUES_DTYPE", "bf16"}}};
  for (Device device : AvailableDevices()) {
    if (device.is_cpu()) continue;
    const std::pair<std::string, std::string> on_gpu = {"DEVICE", "cuda"};
    settings.push_back({on_gpu});
    settings.push_back({on_gpu, {"ZERO_COPY", "false"}});
    settings.push_back({on_gpu, {"MODEL_DTYPE", "bf16"}, {"VALUES_DTYPE", "bf16"}});
    settings.push_back({on_gpu, {"MODEL_DTYPE", "fp16"}, {"ZERO_COPY", "false"}});
  }
  return settings;
}

TEST(RunTest, ResumingGivesTheBitsOfARunThatNeverStopped) {
  for (const Replacements& setting : Settings()) {
    TempDir temp;
    const std::string whole = temp.File("whole"), cut = temp.File("cut");
    ASSERT_TRUE(TrainIn(whole, 20, setting).status.ok());
    // A run that is killed between its checkpoint at step 12 and its end.
    const Outcome first = TrainIn(cut, 20, setting);
    ASSERT_TRUE(first.status.ok()) << first.status;
    ASSERT_EQ(std::system(absl::StrCat("rm -r ", cut, "/checkpoints/0000000020").c_str()), 0);
    Replacements other_threads = setting;
    other_threads.push_back({"THREADS", "1"});
    const Outcome second = TrainIn(cut, 20, other_threads);
    ASSERT_TRUE(second.status.ok()) << second.status;
    EXPECT_NE(second.text.find("going on from"), std::string::npos) << second.text;
    ExpectSameCheckpoint(whole, cut);
  }
}

// A run may go on elsewhere.
TEST(RunTest, ACheckpointMovesBetweenDevices) {
  for (Device device : AvailableDevices()) {
    TempDir temp;
    const std::string dir = temp.File("run");
    ASSERT_TRUE(TrainIn(dir, 12, {{"DEVICE", device.name()}}).status.ok());
    for (const Replacements& setting : Settings()) {
      if (setting.size() == 1 && setting[0].first == "VALUES_DTYPE") continue;
      if (setting.size() > 1 && setting[1].first != "ZERO_COPY") continue;
      const std::string copy = temp.File("copy");
      ASSERT_EQ(std::system(absl::StrCat("rm -rf ", copy, "; cp -r ", dir, " ", copy).c_str()), 0);
      const Outcome moved = TrainIn(copy, 20, setting);
      ASSERT_TRUE(moved.status.ok()) << moved.status;
      EXPECT_NE(moved.text.find("going on from"), std::string::npos) << moved.text;
    }
  }
}

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
  EXPECT_NE(metrics.find("\"data/tokens/text\":576,"), std::string::npos) << metrics;
}

TEST(RunTest, AFinishedRunStaysAsItIs) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  const std::string before = ReadAll(dir + "/checkpoints/0000000020/model.safetensors");
  const Outcome again = TrainIn(dir, 20);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_TRUE(ReadAll(dir + "/checkpoints/0000000020/model.safetensors") == before);
}

TEST(RunTest, ADamagedCheckpointIsPassedOver) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  const std::string damaged = dir + "/checkpoints/0000000020/optimizer.safetensors";
  ASSERT_EQ(truncate(damaged.c_str(), 100), 0);
  const Outcome again = TrainIn(dir, 20);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_NE(again.text.find("warning: "), std::string::npos) << again.text;
  EXPECT_NE(again.text.find("optimizer.safetensors"), std::string::npos) << again.text;
  EXPECT_NE(again.text.find("going on from"), std::string::npos) << again.text;
}

TEST(RunTest, SoIsOneOfWhichABitHasFlipped) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  const std::string model = ReadAll(dir + "/checkpoints/0000000020/model.safetensors");
  const std::string damaged = dir + "/checkpoints/0000000020/optimizer.safetensors";
  std::string bytes = ReadAll(damaged);
  bytes[bytes.size() - 1] ^= 1;
  std::ofstream(damaged, std::ios::binary) << bytes;
  const Outcome again = TrainIn(dir, 20);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_NE(again.text.find("0000000020/optimizer.safetensors' is damaged"), std::string::npos)
      << again.text;
  EXPECT_NE(again.text.find("checkpoints/0000000012"), std::string::npos) << again.text;
  EXPECT_TRUE(ReadAll(dir + "/checkpoints/0000000020/model.safetensors") == model);
}

TEST(RunTest, CheckpointsToEvaluateAreSavedAndKeptBesides) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20, {{"every: 12", "every: 6, keep: 1"}, {"EVAL", "8"}}).status.ok());
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir + "/checkpoints")) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"0000000008", "0000000016", "0000000020"}));
}

TEST(RunTest, ARunThatIsNeverSaved) {
  TempDir temp;
  const std::string dir = temp.File("run");
  const Outcome run = TrainIn(dir, 4, {{"every: 12", "every: -1"}});
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_FALSE(std::filesystem::exists(dir + "/checkpoints")) << run.text;
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

TEST(RunTest, AnUnknownTaskIsRefusedAtTheStart) {
  TempDir temp;
  const Outcome outcome =
      TrainIn(temp.File("run"), 20,
              {{"\nlogging:", "\neval: {harness: {tasks: [hellaswg]}}\nlogging:"}, {"EVAL", "8"}});
  EXPECT_NE(outcome.status.message().find("did you mean 'hellaswag'?"), std::string::npos)
      << outcome.status;
}

// The limit on the size of files stands for a disk that fills up: a checkpoint passes it.
TEST(RunTest, AFullDiskCostsTheCheckpointAndNotTheRun) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 3).status.ok());
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const struct rlimit full = {20'000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const Outcome outcome = TrainIn(dir, 20);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(outcome.text.find("warning: no checkpoint at step 12: cannot write"), std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("training goes on"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.status.message().find("cannot write"), absl::string_view::npos)
      << "the last checkpoint: " << outcome.status;
  EXPECT_NE(ReadAll(dir + "/metrics.jsonl").find("\"global_step\":20,"), std::string::npos);
  const Outcome again = TrainIn(dir, 20);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_NE(again.text.find("run/checkpoints/0000000003\n"), std::string::npos) << again.text;
}

TEST(RunTest, ItDoesNotBeginAnewOverDamagedCheckpoints) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 3).status.ok());
  ASSERT_EQ(truncate((dir + "/checkpoints/0000000003/model.safetensors").c_str(), 9), 0);
  const Outcome again = TrainIn(dir, 20);
  EXPECT_NE(again.status.message().find("is whole"), std::string::npos) << again.status;
}

double FirstLoss(const std::string& dir) {
  const std::string metrics = ReadAll(dir + "/metrics.jsonl");
  const std::string key = "\"loss/out\":";
  return std::stod(metrics.substr(metrics.find(key) + key.size()));
}

TEST(RunTest, MemoryIsAddedToAModelThatIsTrainedAlready) {
  TempDir temp;
  const std::string dense = temp.File("dense");
  const std::pair<std::string, std::string> no_memory = {"is_enabled: true", "is_enabled: false"};
  ASSERT_TRUE(TrainIn(dense, 20, {no_memory}).status.ok());

  // Sizes that the configuration leaves open are the checkpoint's.
  const Replacements start = {
      {"  dim: DIM\n  n_layers: 3\n  n_heads: 2\n  multiple_of: 8\n", ""},
      {"checkpoint: {", absl::StrCat("checkpoint: {init_ckpt_path: ", dense, ", ")},
      {"freq: 2", "freq: 1"}};
  const auto with = [&start](std::vector<std::pair<std::string, std::string>> more) {
    more.insert(more.end(), start.begin(), start.end());
    return more;
  };
  const std::string plain = temp.File("plain"), beside = temp.File("beside");
  ASSERT_TRUE(TrainIn(plain, 3, with({no_memory})).status.ok());
  const Outcome added =
      TrainIn(beside, 3, with({{"is_enabled: true", "is_enabled: true, mem_keep_ffn: true"}}));
  ASSERT_TRUE(added.status.ok()) << added.status;
  EXPECT_NE(added.text.find("; new: the memory of layers 0, 2\n"), std::string::npos) << added.text;
  EXPECT_EQ(FirstLoss(beside), FirstLoss(plain));

  const std::string instead = temp.File("instead");
  const Outcome replaced = TrainIn(instead, 3, start);
  ASSERT_TRUE(replaced.status.ok()) << replaced.status;
  EXPECT_NE(replaced.text.find("; left out: the feed-forward of layers 0, 2\n"), std::string::npos)
      << replaced.text;
  EXPECT_NE(FirstLoss(instead), FirstLoss(plain));
  EXPECT_LT(FirstLoss(instead), 5.2) << "a model drawn from the seed starts at 5.55";

  // Going on: what the run has saved counts, not where it came from.
  const Outcome on = TrainIn(instead, 5, start);
  EXPECT_NE(on.text.find("going on from"), std::string::npos) << on.text << on.status;
  EXPECT_EQ(on.text.find("weights of"), std::string::npos) << on.text;
}

TEST(RunTest, ACheckpointOfAnotherShapeIsRefused) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 12).status.ok());
  const Outcome other = TrainIn(dir, 20, {{"DIM", "32"}});
  EXPECT_FALSE(other.status.ok());
  EXPECT_NE(other.status.message().find("tok_embeddings.weight is [258, 16] in checkpoint"),
            std::string::npos)
      << other.status;
}

TEST(RunTest, ATokenizerOfAnotherSizeIsRefused) {
  TempDir temp;
  const std::string sp = std::filesystem::absolute("data/tokenizer/testdata/tiny_bpe.model");
  // The model has rows for more ids than either tokenizer.
  const auto with = [](const std::string& tokenizer, Replacements more = {}) {
    more.insert(more.end(), {{"dim: DIM", "dim: DIM\n  vocab_size: 640"},
                             {"prefetch_size: 5}",
                              absl::StrCat("prefetch_size: 5, tokenizer: {", tokenizer, "}}")}});
    return more;
  };
  const auto error = [](const std::string& dir, int steps, const Replacements& changes) {
    return std::string(TrainIn(dir, steps, changes).status.message());
  };
  const Replacements with_bytes = with("name: bytes");
  const Replacements with_sp = with(absl::StrCat("name: sp, path: ", sp));
  const std::string remedy = "; set data.tokenizer.name and data.tokenizer.path to the model's own";
  const std::filesystem::path root = std::filesystem::path(temp.path()).lexically_normal();
  const std::string of_bytes = root / "bytes", of_sp = root / "sp";
  ASSERT_TRUE(TrainIn(of_bytes, 1, with_bytes).status.ok());
  ASSERT_TRUE(TrainIn(of_sp, 1, with_sp).status.ok());

  EXPECT_EQ(error(of_bytes, 2, with_sp),
            absl::StrCat("tokenizer sp '", sp, "' has 600 ids, but checkpoint '", of_bytes,
                         "/checkpoints/0000000001' was trained with one of 258, bytes", remedy,
                         ", or choose another dump_dir"));
  const std::string bytes_for_sp =
      absl::StrCat("tokenizer bytes has 258 ids, but checkpoint '", of_sp,
                   "/checkpoints/0000000001' was trained with one of 600, sp '", sp, "'", remedy);
  EXPECT_EQ(error(of_sp, 2, with_bytes),
            absl::StrCat(bytes_for_sp, ", or choose another dump_dir"));
  const Replacements init = {
      {"checkpoint: {", absl::StrCat("checkpoint: {init_ckpt_path: ", of_sp, ", ")}};
  EXPECT_EQ(error(temp.File("new"), 1, with("name: bytes", init)), bytes_for_sp);
  EXPECT_TRUE(TrainIn(temp.File("new"), 1, init).status.ok());
}

}  // namespace
}  // namespace mneme
