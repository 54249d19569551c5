#include "data/loader/sequential_loader.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "data/testing/temp_folder.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

class SequentialLoaderTest : public testing::Test {
 protected:
  SequentialLoaderTest() {
    config_.root_dir = folder_.path();
    config_.sources = {{"s", 1.0}};
    config_.batch_size = 3;
    config_.seq_len = 8;
    folder_.WriteJsonl("s/s.chunk.0.jsonl", {"training text"});
  }

  std::unique_ptr<SequentialLoader> Create(int64_t max_sequences = -1,
                                           Split split = Split::kHeldOut) const {
    auto loader =
        SequentialLoader::Create(config_, std::make_shared<ByteTokenizer>(), split, max_sequences);
    EXPECT_TRUE(loader.ok()) << loader.status();
    return *std::move(loader);
  }

  TempFolder folder_;
  DataConfig config_;
};

std::vector<Batch> ReadAll(SequentialLoader& loader) {
  std::vector<Batch> batches;
  while (true) {
    absl::StatusOr<Batch> batch = loader.Next();
    if (!batch.ok()) {
      EXPECT_TRUE(absl::IsOutOfRange(batch.status())) << batch.status();
      return batches;
    }
    batches.push_back(*std::move(batch));
  }
}

// Ranks share out the lines of every chunk, so no chunk is left out where there are fewer ranks
// than chunks, nor where there are more.
TEST_F(SequentialLoaderTest, TheRanksTogetherReadEveryChunkOfEverySource) {
  std::multiset<std::string> all;
  for (const std::string source : {"s", "t"}) {
    folder_.WriteJsonl(source + "/x.val.jsonl", {"held out"});
    for (const std::string chunk : {".chunk.0.jsonl", ".chunk.1.jsonl.gz", ".chunk.2.jsonl.zst"}) {
      std::vector<std::string> texts;
      for (int i = 0; i < 11; ++i) texts.push_back(source + chunk + std::to_string(i));
      folder_.WriteJsonl(source + "/" + source + chunk, texts);
      all.insert(texts.begin(), texts.end());
    }
  }
  config_.sources = {{"s", 1.0}, {"t", 3.0}};
  for (const int64_t world : {1, 2, 3, 5}) {
    std::multiset<std::string> seen;
    for (int64_t rank = 0; rank < world; ++rank) {
      const absl::StatusOr<std::unique_ptr<SequentialLoader>> loader = SequentialLoader::Create(
          config_, std::make_shared<ByteTokenizer>(), Split::kTrain, -1, {rank, world});
      ASSERT_TRUE(loader.ok()) << loader.status();
      std::vector<int32_t> document;
      for (const Batch& batch : ReadAll(**loader)) {
        for (const int32_t id : batch.targets) {
          document.push_back(id);
          if (id != ByteTokenizer().eos_id()) continue;
          seen.insert(ByteTokenizer().Decode(document));
          document.clear();
        }
      }
    }
    EXPECT_EQ(seen, all) << world << " ranks";
  }
}

TEST_F(SequentialLoaderTest, EveryTokenIsATargetOnce) {
  for (int64_t n_views : {2, 3}) {
    config_.n_views = n_views;
    for (int size = 1; size < 80; ++size) {
      std::string text;
      for (int i = 0; i < size; ++i) text.push_back('a' + i % 26);
      folder_.WriteJsonl("s/s.val.jsonl", {text});
      std::vector<int32_t> expected = ByteTokenizer().Encode(text, true, true);
      expected.erase(expected.begin(), expected.begin() + (n_views - 1));
      std::vector<int32_t> last_view;
      int64_t counted = 0, bytes = 0;
      const auto loader = Create();
      for (const Batch& batch : ReadAll(*loader)) {
        const int64_t view_size = batch.batch_size * batch.seq_len;
        EXPECT_EQ(batch.tokens.size(), view_size);
        ASSERT_EQ(batch.targets.size(), (n_views - 1) * view_size);
        last_view.insert(last_view.end(), batch.targets.end() - view_size, batch.targets.end());
        counted += batch.source_tokens[0];
        bytes += batch.text_bytes;
      }
      EXPECT_EQ(last_view, expected) << size;
      EXPECT_EQ(counted, expected.size());
      EXPECT_EQ(bytes, size - (n_views - 2));
    }
  }
}

TEST_F(SequentialLoaderTest, ShapesShrinkAtTheEnd) {
  folder_.WriteJsonl("s/s.val.jsonl", {std::string(43, 'x')});  // 45 tokens, 44 targets
  const std::vector<Batch> batches = ReadAll(*Create());
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].batch_size, 3);
  EXPECT_EQ(batches[1].batch_size, 2);
  EXPECT_EQ(batches[1].seq_len, 8);
  EXPECT_EQ(batches[2].batch_size, 1);
  EXPECT_EQ(batches[2].seq_len, 4);
}

TEST_F(SequentialLoaderTest, RewindsAndStopsAtTheMaximum) {
  folder_.WriteJsonl("s/s.val.jsonl", {std::string(70, 'x'), "the end of it"});
  const auto loader = Create(5);
  for (int pass = 0; pass < 3; ++pass) {
    const std::vector<Batch> batches = ReadAll(*loader);
    ASSERT_EQ(batches.size(), 2u);
    EXPECT_EQ(batches[0].batch_size, 3);
    EXPECT_EQ(batches[1].batch_size, 2);
    EXPECT_EQ(batches[0].tokens[0], 256);
    EXPECT_EQ(batches[0].tokens[1], 'x');
    ASSERT_TRUE(loader->Rewind().ok());
  }
}

TEST_F(SequentialLoaderTest, AllOfAFileCanBeRead) {
  folder_.Write("t.txt", "some plain text\n");
  config_.sources = {{"t.txt", 1.0}};
  std::string text;
  for (const Batch& batch : ReadAll(*Create(-1, Split::kAll))) {
    text += ByteTokenizer().Decode(batch.targets);
  }
  EXPECT_EQ(text, "some plain text\n");
}

TEST_F(SequentialLoaderTest, TheSeedChangesNothing) {
  folder_.WriteJsonl("r/r.chunk.0.jsonl", {"training text"});
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i) texts.push_back("document " + std::to_string(i));
  folder_.WriteJsonl("r/r.val.jsonl", texts);
  folder_.WriteJsonl("s/s.val.jsonl", texts);
  config_.sources = {{"r", 1.0}, {"s", 2.0}};
  const std::vector<Batch> one = ReadAll(*Create(15));
  config_.seed = 1234;
  const std::vector<Batch> other = ReadAll(*Create(15));
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].tokens, other[i].tokens);
}

TEST_F(SequentialLoaderTest, NothingHeldOutSaysSo) {
  const auto loader =
      SequentialLoader::Create(config_, std::make_shared<ByteTokenizer>(), Split::kHeldOut, -1);
  EXPECT_TRUE(absl::IsNotFound(loader.status())) << loader.status();
}

}  // namespace
}  // namespace mneme
