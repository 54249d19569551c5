#include "apps/checkpoint/write.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "apps/checkpoint/test_run.h"
#include "runtime/files/file_util.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

using Names = std::vector<std::string>;

Checkpoint Opened(const TestRun& run, int64_t step) {
  auto checkpoint = Checkpoint::Open(run.Checkpoint(step), Verify::kChecksums);
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  return *std::move(checkpoint);
}

TEST(Write, SaysWhereAndHowMuch) {
  TestRun run;
  const auto written = TestModel(7).Write(run.path() + "/new");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->path, run.path() + "/new/checkpoints/0000000007");
  EXPECT_TRUE(written->removal.ok());
  int64_t bytes = 0;
  for (const std::string& name : ListNames(written->path)) {
    if (name != kManifestFile) bytes += std::filesystem::file_size(JoinPath(written->path, name));
  }
  EXPECT_EQ(written->bytes, bytes);
}

TEST(Write, TheSameBytesWithAnyNumberOfThreads) {
  TestRun run;
  SetNumThreads(1);
  ASSERT_TRUE(TestModel(7).Write(run.path() + "/1").ok());
  SetNumThreads(4);
  ASSERT_TRUE(TestModel(7).Write(run.path() + "/4").ok());
  SetNumThreads(0);
  const std::string folder = "/checkpoints/0000000007/";
  for (const std::string& name : ListNames(run.path() + "/1" + folder)) {
    EXPECT_EQ(*ReadFile(run.path() + "/1" + folder + name),
              *ReadFile(run.path() + "/4" + folder + name))
        << name;
  }
}

TEST(Write, RemovesOldOnesOnceTheNewOneIsThere) {
  TestRun run;
  for (const int64_t step : {10, 20, 30}) ASSERT_TRUE(TestModel(step).Write(run.path()).ok());
  EXPECT_EQ(run.Names(), (Names{"0000000010", "0000000020", "0000000030"}));
  ASSERT_TRUE(TestModel(40).Write(run.path(), 2).ok());
  EXPECT_EQ(run.Names(), (Names{"0000000030", "0000000040"}));
  // Neither counted nor touched: what is not whole, and what is not a checkpoint.
  std::filesystem::remove(run.File(40, kManifestFile));
  std::filesystem::create_directories(CheckpointsFolder(run.path()) + "/notes");
  ASSERT_TRUE(TestModel(50).Write(run.path(), 2).ok());
  EXPECT_EQ(run.Names(), (Names{"0000000030", "0000000040", "0000000050", "notes"}));
}

TEST(Write, NeverRemovesWhatItJustWrote) {
  TestRun run;
  ASSERT_TRUE(TestModel(90).Write(run.path()).ok());
  ASSERT_TRUE(TestModel(10).Write(run.path(), 1).ok());
  EXPECT_EQ(run.Names(), (Names{"0000000010", "0000000090"}));
}

TEST(Write, ReplacesACheckpointOfTheSameStep) {
  TestRun run;
  ASSERT_TRUE(TestModel(7).Write(run.path()).ok());
  std::ofstream(run.File(7, "stray")) << "x";
  ASSERT_TRUE(TestModel(7).Write(run.path(), 1).ok());
  EXPECT_EQ(run.Names(), Names{"0000000007"});
  EXPECT_EQ(TestModel(7).Difference(Opened(run, 7)), "");
  EXPECT_FALSE(std::filesystem::exists(run.File(7, "stray")));
}

TEST(Write, TellsHowFarItIs) {
  TestRun run;
  const TestModel model(7);
  WriteOptions options;
  options.sizes = TinyShards();
  int64_t last = 0, total = 0;
  options.progress = [&](int64_t done_bytes, int64_t total_bytes) {
    EXPECT_GT(done_bytes, last);
    last = done_bytes;
    total = total_bytes;
  };
  ASSERT_TRUE(WriteCheckpoint(run.path(), model.contents(), options).ok());
  EXPECT_EQ(last, total);
  EXPECT_EQ(total, 4 * (21 + 3 + 1 + 5005 + 9000 + 3 + 5005));
}

TEST(Write, ProducedTensorsComeBackToo) {
  TestRun run;
  const std::vector<int64_t> values = {1, 2, 3, 4, 5, 6};
  SafetensorsItem item = {"produced", DType::kI64, {3, 2}, nullptr, nullptr};
  item.produce = [&](SafetensorsSink sink) -> absl::Status {
    const absl::Status status = sink(values.data(), 8);
    return status.ok() ? sink(values.data() + 1, 40) : status;
  };
  CheckpointContents contents;
  contents.model = {item};
  ASSERT_TRUE(WriteCheckpoint(run.path(), contents, {}).ok());
  std::vector<int64_t> back(6);
  ASSERT_TRUE(Opened(run, 0).Load({{"produced", DType::kI64, {3, 2}, back.data()}}).ok());
  EXPECT_EQ(back, values);
}

TEST(Write, AFailedTensorLeavesThePreviousCheckpoint) {
  TestRun run;
  ASSERT_TRUE(TestModel(7).Write(run.path()).ok());
  const TestModel model(8);
  CheckpointContents contents = model.contents();
  contents.model = {{"bad", DType::kF32, {2}, nullptr, [](SafetensorsSink) {
                       return absl::InternalError("the device is gone");
                     }}};
  const auto written = WriteCheckpoint(run.path(), contents, {});
  EXPECT_EQ(written.status().message(), "the device is gone");
  EXPECT_EQ(run.Names(), Names{"0000000007"});
}

TEST(Write, ANameThatComesTwiceIsAnError) {
  TestRun run;
  const float x = 1;
  CheckpointContents contents;
  contents.model = {{"x", DType::kF32, {1}, &x, nullptr}};
  contents.optimizer = contents.model;
  EXPECT_EQ(WriteCheckpoint(run.path(), contents, {}).status().message(),
            "cannot write a checkpoint with two tensors named 'x'");
}

TEST(Write, ADiskThatIsTooSmallIsFoundBefore) {
  TestRun run;
  ASSERT_TRUE(TestModel(7).Write(run.path()).ok());
  CheckpointContents contents;
  contents.state.step = 8;
  contents.model = {{"huge", DType::kF32, {int64_t{1} << 50}, &contents, nullptr}};
  const auto written = WriteCheckpoint(run.path(), contents, {});
  const std::string error(written.status().message());
  EXPECT_NE(error.find("it needs 4096 TiB, and "), std::string::npos) << error;
  EXPECT_NE(error.find(run.path()), std::string::npos) << error;
  EXPECT_EQ(run.Names(), Names{"0000000007"});
}

// The limit stands for a disk that fills up: the same system calls fail.
TEST(Write, ADiskThatFillsUpLeavesThePreviousCheckpoint) {
  TestRun run;
  ASSERT_TRUE(TestModel(7).Write(run.path()).ok());
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  for (const rlim_t limit_bytes : {30'000, 10'000, 500, 100, 0}) {
    const struct rlimit full = {limit_bytes, old.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
    const auto written = TestModel(8).Write(run.path(), 1);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    EXPECT_FALSE(written.ok()) << limit_bytes;
    EXPECT_NE(written.status().message().find("bytes"), absl::string_view::npos)
        << written.status();
    EXPECT_EQ(run.Names(), Names{"0000000007"});
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(TestModel(7).Difference(Opened(run, 7)), "");
  ASSERT_TRUE(TestModel(8).Write(run.path(), 1).ok());
  EXPECT_EQ(run.Names(), Names{"0000000008"});
}

TEST(Write, TemporariesOfKilledWritersGo) {
  TestRun run;
  ASSERT_TRUE(TestModel(7).Write(run.path()).ok());
  const std::string folder = CheckpointsFolder(run.path());
  std::filesystem::create_directories(JoinPath(folder, TemporaryName(8)) + "/sub");
  std::ofstream(JoinPath(folder, TemporaryName(9))) << "x";
  ASSERT_TRUE(RemoveTemporaries(run.path()).ok());
  EXPECT_EQ(run.Names(), Names{"0000000007"});
  EXPECT_TRUE(RemoveTemporaries(run.path() + "/none").ok());
}

}  // namespace
}  // namespace mneme
