#include "apps/train/run_checkpoint.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/train/test_run.h"
#include "runtime/core/devices.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

TEST(RunCheckpointTest, ResumingGivesTheBitsOfARunThatNeverStopped) {
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
TEST(RunCheckpointTest, ACheckpointMovesBetweenDevices) {
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

TEST(RunCheckpointTest, AFinishedRunStaysAsItIs) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20).status.ok());
  const std::string before = ReadAll(dir + "/checkpoints/0000000020/model.safetensors");
  const Outcome again = TrainIn(dir, 20);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_TRUE(ReadAll(dir + "/checkpoints/0000000020/model.safetensors") == before);
}

TEST(RunCheckpointTest, ADamagedCheckpointIsPassedOver) {
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

TEST(RunCheckpointTest, SoIsOneOfWhichABitHasFlipped) {
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

TEST(RunCheckpointTest, CheckpointsToEvaluateAreSavedAndKeptBesides) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20, {{"every: 12", "every: 6, keep: 1"}, {"EVAL", "8"}}).status.ok());
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir + "/checkpoints")) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"0000000008", "0000000016", "0000000020"}));
}

TEST(RunCheckpointTest, CheckpointsToEvaluateGoWhereAllOthersStay) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 20, {{"every: EVAL", "every: 8, keep: 1"}}).status.ok());
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir + "/checkpoints")) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"0000000012", "0000000016", "0000000020"}));
}

TEST(RunCheckpointTest, ARunThatIsNeverSaved) {
  TempDir temp;
  const std::string dir = temp.File("run");
  const Outcome run = TrainIn(dir, 4, {{"every: 12", "every: -1"}});
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_FALSE(std::filesystem::exists(dir + "/checkpoints")) << run.text;
}

TEST(RunCheckpointTest, ButItsLastStepIsSavedIfItIsToBeEvaluated) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 16, {{"every: 12", "every: -1"}, {"EVAL", "8"}}).status.ok());
  EXPECT_TRUE(std::filesystem::exists(dir + "/checkpoints/0000000016"));
}

// The limit on the size of files stands for a disk that fills up: a checkpoint passes it.
TEST(RunCheckpointTest, AFullDiskCostsTheCheckpointAndNotTheRun) {
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

TEST(RunCheckpointTest, ItDoesNotBeginAnewOverDamagedCheckpoints) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 3).status.ok());
  ASSERT_EQ(truncate((dir + "/checkpoints/0000000003/model.safetensors").c_str(), 9), 0);
  const Outcome again = TrainIn(dir, 20);
  EXPECT_NE(again.status.message().find("is whole"), std::string::npos) << again.status;
}

// Documents of three digits, the last of them in broken lines; or the same with those taken out.
void WriteDigits(const TempDir& temp, bool broken) {
  std::filesystem::create_directory(temp.File("text"));
  std::ofstream file(temp.File("text/a.jsonl"));
  for (int i = 0; i < 1130; ++i) file << absl::StrCat("{\"text\": \"", 100 + i % 900, "\"}\n");
  for (int i = 0; broken && i < 300; ++i) file << "{\"text\": \n";
}

TEST(RunCheckpointTest, AnErrorOfTheDataCostsNoStepAndTheMendedFileGoesOn) {
  TempDir temp;
  const std::string cut = temp.File("cut"), whole = temp.File("whole");
  // Batches come in fives, a step takes two: the error comes in the middle of step 38.
  const Replacements seldom = {{"every: 12", "every: 1000"}, {"every: 5", "every: 0"}};
  WriteDigits(temp, /*broken=*/true);
  const Outcome broken = TrainIn(cut, 50, seldom);
  EXPECT_EQ(broken.status.code(), absl::StatusCode::kInvalidArgument) << broken.status;
  const std::string error(broken.status.message());
  EXPECT_NE(error.find("mend or remove such lines; step 37 is saved: the same command goes on"),
            std::string::npos)
      << error;
  const Outcome again = TrainIn(cut, 50, seldom);
  EXPECT_EQ(again.status, broken.status) << "without a step done, too";

  WriteDigits(temp, /*broken=*/false);
  const Outcome mended = TrainIn(cut, 50, seldom);
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  const std::string log = ReadAll(cut + "/train.log");
  EXPECT_NE(log.find(" warning: data source 'text': text/a.jsonl has shrunk from "),
            std::string::npos)
      << log;
  ASSERT_TRUE(TrainIn(whole, 50, seldom).status.ok());
  const std::string model = "/checkpoints/0000000050/model.safetensors";
  EXPECT_TRUE(ReadAll(cut + model) == ReadAll(whole + model));
}

TEST(RunCheckpointTest, WhenTheTextReadHasChangedTheWeightsCanBeKept) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 3).status.ok());
  std::ofstream(temp.File("text/some.chunk.00.jsonl")) << "{\"text\": \"another\"}\n";
  const Outcome again = TrainIn(dir, 20);
  EXPECT_EQ(again.status.code(), absl::StatusCode::kDataLoss) << again.status;
  const std::string error(again.status.message());
  const size_t remedy = error.find("; a run in another dump_dir takes this one's weights with ");
  ASSERT_NE(remedy, std::string::npos) << error;
  EXPECT_NE(error.find("checkpoint.init_ckpt_path=", remedy), std::string::npos) << error;
  EXPECT_NE(error.find("/checkpoints/0000000003", remedy), std::string::npos) << error;
}

double FirstLoss(const std::string& dir) {
  const std::string metrics = ReadAll(dir + "/metrics.jsonl");
  const std::string key = "\"loss/out\":";
  return std::stod(metrics.substr(metrics.find(key) + key.size()));
}

TEST(RunCheckpointTest, MemoryIsAddedToAModelThatIsTrainedAlready) {
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

TEST(RunCheckpointTest, ACheckpointOfAnotherShapeIsRefused) {
  TempDir temp;
  const std::string dir = temp.File("run");
  ASSERT_TRUE(TrainIn(dir, 12).status.ok());
  const Outcome other = TrainIn(dir, 20, {{"DIM", "32"}});
  const std::string error(other.status.message());
  EXPECT_EQ(error.find("tok_embeddings.weight is [258, 16] in checkpoint '"), 0) << error;
  EXPECT_NE(error.find("', [258, 32] in this model; set the model as in "), std::string::npos)
      << error;
}

TEST(RunCheckpointTest, ATokenizerOfAnotherSizeIsRefused) {
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
  const std::string of_bytes = temp.File("bytes"), of_sp = temp.File("sp");
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
