#include "apps/checkpoint/find.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "apps/checkpoint/test_run.h"

namespace mneme {
namespace {

void Write(const TestRun& run, int64_t step) {
  ASSERT_TRUE(TestModel(step).Write(run.path()).ok());
}

TEST(FindLatest, OfNothingIsNothing) {
  TestRun run;
  FoundCheckpoint found = FindLatestCheckpoint(run.path() + "/none", Verify::kSizes);
  EXPECT_FALSE(found.checkpoint);
  EXPECT_TRUE(found.warnings.empty());
}

TEST(FindLatest, TakesTheHighestStep) {
  TestRun run;
  for (const int64_t step : {9, 1000, 200}) Write(run, step);
  std::filesystem::create_directories(run.path() + "/checkpoints/notes");
  const FoundCheckpoint found = FindLatestCheckpoint(run.path(), Verify::kChecksums);
  ASSERT_TRUE(found.checkpoint);
  EXPECT_TRUE(found.warnings.empty());
  EXPECT_EQ(TestModel(1000).Difference(*found.checkpoint), "");
}

TEST(FindLatest, SaysThatAFolderCannotBeListed) {
  TestRun run;
  std::filesystem::create_directories(run.path());
  std::filesystem::create_directory_symlink("/none", run.path() + "/checkpoints");
  const FoundCheckpoint found = FindLatestCheckpoint(run.path(), Verify::kSizes);
  EXPECT_FALSE(found.checkpoint);
  ASSERT_EQ(found.warnings.size(), 1);
  EXPECT_NE(found.warnings[0].find("cannot list"), std::string::npos) << found.warnings[0];
}

TEST(FindLatest, SkipsWhatIsNotValidAndSaysWhy) {
  TestRun run;
  for (const int64_t step : {1, 2, 3, 4}) Write(run, step);
  std::filesystem::remove(run.File(4, kManifestFile));
  std::filesystem::resize_file(run.File(3, "model.safetensors"), 100);
  const std::string table = run.File(2, "values-00001-of-00003.safetensors");
  std::fstream(table, std::ios::in | std::ios::out | std::ios::binary).seekp(900) << 'x';

  const FoundCheckpoint found = FindLatestCheckpoint(run.path(), Verify::kChecksums);
  ASSERT_TRUE(found.checkpoint);
  EXPECT_EQ(found.checkpoint->step(), 1);
  ASSERT_EQ(found.warnings.size(), 3);
  EXPECT_NE(found.warnings[0].find("manifest.json"), std::string::npos) << found.warnings[0];
  EXPECT_NE(found.warnings[1].find("model.safetensors' is truncated"), std::string::npos);
  EXPECT_NE(found.warnings[2].find(table + "' is damaged"), std::string::npos);
}

TEST(Resolve, TakesACheckpointARunOrItsCheckpoints) {
  TestRun run;
  Write(run, 5);
  Write(run, 6);
  for (const std::string& path : {run.path(), run.path() + "/", CheckpointsFolder(run.path())}) {
    const auto found = ResolveCheckpoint(path, Verify::kSizes);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->checkpoint->step(), 6);
  }
  for (const std::string& path : {run.Checkpoint(5), run.Checkpoint(5) + "/"}) {
    const auto found = ResolveCheckpoint(path, Verify::kSizes);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->checkpoint->step(), 5);
  }
}

TEST(Resolve, SaysWhatThePathIsInstead) {
  TestRun run;
  const auto error = [](const std::string& path) {
    return std::string(ResolveCheckpoint(path, Verify::kSizes).status().message());
  };
  EXPECT_EQ(error(run.path() + "/none"),
            absl::StrCat("there is no checkpoint or run directory '", run.path(), "/none'"));
  EXPECT_EQ(error(run.path()),
            absl::StrCat("'", run.path(), "' is neither a mneme checkpoint (no manifest.json) nor ",
                         "a run directory (no checkpoints)"));
  std::filesystem::create_directories(CheckpointsFolder(run.path()));
  EXPECT_EQ(error(run.path()), absl::StrCat("'", run.path(), "' has no checkpoint yet"));
  Write(run, 5);
  std::filesystem::resize_file(run.File(5, kStateFile), 3);
  EXPECT_NE(error(run.path()).find("state.json' is truncated"), std::string::npos);
}

}  // namespace
}  // namespace mneme
