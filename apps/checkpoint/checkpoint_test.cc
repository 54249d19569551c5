#include "apps/checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "apps/checkpoint/test_run.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using testing::Test;

class CheckpointTest : public Test {
 protected:
  CheckpointTest() : model_(12) { EXPECT_TRUE(model_.Write(run_.path()).ok()); }

  std::string OpenError(Verify verify) const {
    const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), verify);
    return checkpoint.ok() ? "" : std::string(checkpoint.status().message());
  }

  void FlipByte(const std::string& path, int64_t offset) {
    std::string contents = *ReadFile(path);
    contents[offset] ^= 4;
    std::ofstream(path, std::ios::binary) << contents;
  }

  TestRun run_;
  const TestModel model_;
};

TEST_F(CheckpointTest, ComesBackToTheBit) {
  for (const Verify verify : {Verify::kSizes, Verify::kChecksums}) {
    const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), verify);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(model_.Difference(*checkpoint), "");
  }
}

TEST_F(CheckpointTest, HasTheFilesThatItShould) {
  EXPECT_EQ(ListNames(run_.Checkpoint(12)),
            (std::vector<std::string>{
                "manifest.json", "model.safetensors", "optimizer-values-00001-of-00002.safetensors",
                "optimizer-values-00002-of-00002.safetensors", "optimizer.safetensors",
                "params.json", "state.json", "values-00001-of-00003.safetensors",
                "values-00002-of-00003.safetensors", "values-00003-of-00003.safetensors"}));
}

TEST_F(CheckpointTest, TensorsKnowTheirShapes) {
  const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const CheckpointTensor* table = checkpoint->Find("layers.1.values.weight");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->shape, (Shape{5, 1001}));
  EXPECT_EQ(table->holds, Holds::kModel);
  EXPECT_EQ(checkpoint->Find("norm.weight.exp_avg")->holds, Holds::kOptimizer);
  EXPECT_EQ(checkpoint->Find("scalar")->shape, Shape{});
  EXPECT_EQ(checkpoint->Find("nothing"), nullptr);
}

TEST_F(CheckpointTest, PiecesAreTheTensorInOrder) {
  const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const auto pieces = checkpoint->Pieces("layers.1.values.weight");
  ASSERT_TRUE(pieces.ok()) << pieces.status();
  ASSERT_EQ(pieces->size(), 2);
  std::string bytes;
  for (const Checkpoint::Piece& piece : *pieces) bytes.append(piece.data, piece.bytes);
  const SafetensorsItem& item = model_.contents().model[4];
  EXPECT_EQ(bytes, std::string(static_cast<const char*>(item.data), ItemBytes(item)));
  EXPECT_FALSE(checkpoint->Pieces("nothing").ok());
}

TEST_F(CheckpointTest, EveryTruncatedFileIsNoticed) {
  for (const std::string& name : ListNames(run_.Checkpoint(12))) {
    const std::string path = run_.File(12, name);
    const std::string contents = *ReadFile(path);
    const int64_t size = static_cast<int64_t>(contents.size());
    for (const int64_t bytes : {int64_t{0}, size / 2, size - 2}) {
      std::filesystem::resize_file(path, bytes);
      const std::string error = OpenError(Verify::kSizes);
      EXPECT_NE(error.find(path), std::string::npos) << name << " " << bytes << ": " << error;
      if (name != kManifestFile) {
        EXPECT_NE(
            error.find(absl::StrCat("is truncated: expected ", size, " bytes, found ", bytes)),
            std::string::npos)
            << error;
      }
    }
    std::ofstream(path, std::ios::binary) << contents;
    EXPECT_EQ(OpenError(Verify::kChecksums), "");
  }
}

TEST_F(CheckpointTest, AnyFlippedByteIsNoticed) {
  for (const std::string& name : ListNames(run_.Checkpoint(12))) {
    const std::string path = run_.File(12, name);
    const int64_t size = static_cast<int64_t>(std::filesystem::file_size(path));
    for (int64_t offset = 0; offset < size - 1; offset += 1 + size / 13) {
      FlipByte(path, offset);
      const std::string error = OpenError(Verify::kChecksums);
      EXPECT_NE(error.find(path), std::string::npos) << name << " " << offset << ": " << error;
      FlipByte(path, offset);
    }
  }
  EXPECT_EQ(OpenError(Verify::kChecksums), "");
}

TEST_F(CheckpointTest, LoadFindsAFlippedByteOnTheWay) {
  const std::string path = run_.File(12, "values-00002-of-00003.safetensors");
  FlipByte(path, static_cast<int64_t>(std::filesystem::file_size(path)) - 1);
  const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const std::string difference = model_.Difference(*checkpoint);
  EXPECT_NE(difference.find(path), std::string::npos) << difference;
  EXPECT_NE(difference.find("is damaged: expected checksum"), std::string::npos) << difference;

  // A tensor of another file is none the worse.
  std::vector<float> norm(3);
  EXPECT_TRUE(checkpoint->Load({{"norm.weight", DType::kF32, {3}, norm.data()}}).ok());
  EXPECT_EQ(norm[1], norm[0] + 1);
}

TEST_F(CheckpointTest, AMissingFileIsNamed) {
  for (const std::string& name : ListNames(run_.Checkpoint(12))) {
    const std::string path = run_.File(12, name);
    const std::string contents = *ReadFile(path);
    std::filesystem::remove(path);
    const std::string error = OpenError(Verify::kSizes);
    EXPECT_NE(error.find(name), std::string::npos) << error;
    std::ofstream(path, std::ios::binary) << contents;
  }
}

TEST_F(CheckpointTest, AFolderWithoutManifestIsNoCheckpoint) {
  std::filesystem::remove(run_.File(12, kManifestFile));
  EXPECT_EQ(OpenError(Verify::kSizes),
            absl::StrCat("'", run_.Checkpoint(12),
                         "' is no whole mneme checkpoint: it has no manifest.json"));
  const auto none = Checkpoint::Open(run_.path() + "/none", Verify::kSizes);
  EXPECT_EQ(none.status().message(),
            absl::StrCat("there is no checkpoint '", run_.path(), "/none'"));
}

TEST_F(CheckpointTest, LoadRefusesWhatDoesNotFit) {
  const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  std::vector<float> memory(5000);
  const auto error = [&](const std::string& name, DType dtype, const Shape& shape) {
    return std::string(checkpoint->Load({{name, dtype, shape, memory.data()}}).message());
  };
  EXPECT_EQ(error("norm.weight", DType::kF32, {4}),
            absl::StrCat("checkpoint '", run_.Checkpoint(12),
                         "': 'norm.weight' is f32 [3], and f32 [4] is wanted"));
  EXPECT_NE(error("norm.weight", DType::kI32, {3}).find("i32 [3] is wanted"), std::string::npos);
  EXPECT_NE(error("nothing", DType::kF32, {3}).find("has no tensor 'nothing'"), std::string::npos);
}

TEST_F(CheckpointTest, LoadTellsHowFarItIs) {
  const auto checkpoint = Checkpoint::Open(run_.Checkpoint(12), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  std::vector<float> memory(5 * 1001);
  int64_t last = 0;
  const absl::Status status =
      checkpoint->Load({{"layers.1.values.weight", DType::kF32, {5, 1001}, memory.data()}},
                       [&](int64_t done_bytes, int64_t total_bytes) {
                         EXPECT_GT(done_bytes, last);
                         EXPECT_EQ(total_bytes, 5 * 1001 * 4);
                         last = done_bytes;
                       });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(last, 5 * 1001 * 4);
}

}  // namespace
}  // namespace mneme
