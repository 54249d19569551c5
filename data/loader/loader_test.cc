#include "data/loader/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "data/testing/temp_folder.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

class LoaderTest : public testing::Test {
 protected:
  // Two sources of a few chunks; an epoch is about 60 sequences of 16 tokens. Held-out documents
  // are in files of their own, so that nothing is kept back from training.
  LoaderTest() {
    folder_.WriteJsonl("lower/l.chunk.0.jsonl", Texts('a', 5));
    folder_.WriteJsonl("lower/l.chunk.1.jsonl", Texts('g', 9));
    folder_.WriteJsonl("lower/l.val.jsonl", {"held out"});
    folder_.WriteJsonl("upper/u.chunk.0.jsonl", Texts('A', 7));
    folder_.WriteJsonl("upper/u.val.jsonl", {"HELD OUT"});
    config_.root_dir = folder_.path();
    config_.sources = {{"lower", 1.0}, {"upper", 2.0}};
    config_.batch_size = 3;
    config_.seq_len = 16;
    config_.prefetch_size = 4;
  }

  static std::vector<std::string> Texts(char first, int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) {
      std::string text;
      for (int j = 0; j < 3 + i * 37 % 100; ++j) text.push_back(first + (i + j * j) % 20);
      texts.push_back(text);
    }
    return texts;
  }

  absl::StatusOr<std::unique_ptr<Loader>> TryCreate(const LoaderState* resume = nullptr,
                                                    const DataRank& rank = {}) const {
    return Loader::Create(config_, std::make_shared<ByteTokenizer>(), rank, resume);
  }

  std::unique_ptr<Loader> Create(const LoaderState* resume = nullptr,
                                 const DataRank& rank = {}) const {
    auto loader = TryCreate(resume, rank);
    EXPECT_TRUE(loader.ok()) << loader.status();
    return *std::move(loader);
  }

  // Through JSON, as a checkpoint keeps it.
  static LoaderState Saved(const Loader& loader) {
    const absl::StatusOr<LoaderState> state =
        LoaderStateFromJson(LoaderStateToJson(loader.State()));
    EXPECT_TRUE(state.ok()) << state.status();
    return *state;
  }

  TempFolder folder_;
  DataConfig config_;
};

std::vector<Batch> Take(Loader& loader, int count) {
  std::vector<Batch> batches;
  for (int i = 0; i < count; ++i) {
    absl::StatusOr<Batch> batch = loader.Next();
    EXPECT_TRUE(batch.ok()) << batch.status();
    batches.push_back(batch.ok() ? *std::move(batch) : Batch());
  }
  return batches;
}

void ExpectSame(const std::vector<Batch>& a, const std::vector<Batch>& b, int after) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].tokens, b[i].tokens) << "batch " << i << " behind " << after;
    ASSERT_EQ(a[i].targets, b[i].targets);
    ASSERT_EQ(a[i].source_tokens, b[i].source_tokens);
    ASSERT_EQ(a[i].text_bytes, b[i].text_bytes);
  }
}

// The rows of tokens with their last target, sorted.
std::multiset<std::vector<int32_t>> Windows(const std::vector<Batch>& batches) {
  std::multiset<std::vector<int32_t>> windows;
  for (const Batch& batch : batches) {
    for (int64_t row = 0; row < batch.batch_size; ++row) {
      const auto begin = batch.tokens.begin() + row * batch.seq_len;
      std::vector<int32_t> window(begin, begin + batch.seq_len);
      window.push_back(batch.targets[(row + 1) * batch.seq_len - 1]);
      windows.insert(window);
    }
  }
  return windows;
}

TEST_F(LoaderTest, TargetsAreTheTokensShiftedByOne) {
  const auto loader = Create();
  for (const Batch& batch : Take(*loader, 10)) {
    ASSERT_EQ(batch.tokens.size(), 3 * 16u);
    ASSERT_EQ(batch.targets.size(), 3 * 16u);
    for (int64_t row = 0; row < 3; ++row) {
      for (int64_t t = 0; t + 1 < 16; ++t) {
        EXPECT_EQ(batch.targets[row * 16 + t], batch.tokens[row * 16 + t + 1]);
      }
    }
    EXPECT_EQ(batch.source_tokens[0] + batch.source_tokens[1], 3 * 16);
    EXPECT_EQ(batch.text_bytes, std::count_if(batch.targets.begin(), batch.targets.end(),
                                              [](int32_t id) { return id < 256; }));
  }
  EXPECT_EQ(loader->source_names(), (std::vector<std::string>{"lower", "upper"}));
}

TEST_F(LoaderTest, MoreViewsAreShiftedFurther) {
  config_.n_views = 3;
  const auto loader = Create();
  for (const Batch& batch : Take(*loader, 10)) {
    ASSERT_EQ(batch.targets.size(), 2 * 3 * 16u);
    for (int64_t row = 0; row < 3; ++row) {
      for (int64_t t = 0; t + 1 < 16; ++t) {
        EXPECT_EQ(batch.targets[(3 + row) * 16 + t], batch.targets[row * 16 + t + 1]);
      }
    }
  }
}

TEST_F(LoaderTest, SameSeedSameBatchesWithAndWithoutTheThread) {
  const std::vector<Batch> async = Take(*Create(), 50);
  ExpectSame(Take(*Create(), 50), async, 0);
  config_.load_async = false;
  ExpectSame(Take(*Create(), 50), async, 0);
  config_.seed = 43;
  EXPECT_NE(Take(*Create(), 1)[0].tokens, async[0].tokens);
}

TEST_F(LoaderTest, GoesOnFromEveryBatch) {
  for (const bool load_async : {true, false}) {
    for (const DataRank rank : {DataRank{0, 1}, DataRank{1, 2}}) {
      config_.load_async = load_async;
      const std::vector<Batch> all = Take(*Create(nullptr, rank), 75);
      for (int taken = 0; taken < 55; ++taken) {
        const auto loader = Create(nullptr, rank);
        Take(*loader, taken);
        const LoaderState state = Saved(*loader);
        const std::vector<Batch> rest = Take(*Create(&state, rank), 20);
        ExpectSame(rest, {all.begin() + taken, all.begin() + taken + 20}, taken);
      }
    }
  }
}

TEST_F(LoaderTest, AStateMadeWithTheThreadServesWithoutAndTheOtherWayRound) {
  const std::vector<Batch> all = Take(*Create(), 30);
  for (const bool load_async : {true, false}) {
    config_.load_async = load_async;
    const auto loader = Create();
    Take(*loader, 13);
    const LoaderState state = Saved(*loader);
    config_.load_async = !load_async;
    ExpectSame(Take(*Create(&state), 17), {all.begin() + 13, all.end()}, 13);
  }
}

TEST_F(LoaderTest, CompressedFilesGiveTheSameBatchesAndGoOnFromEveryOne) {
  const std::vector<Batch> all = Take(*Create(), 60);
  for (const char* name :
       {"lower/l.chunk.0.jsonl", "lower/l.chunk.1.jsonl", "upper/u.chunk.0.jsonl"}) {
    std::filesystem::remove(folder_.File(name));
  }
  folder_.WriteJsonl("lower/l.chunk.0.jsonl.gz", Texts('a', 5));
  folder_.WriteJsonl("lower/l.chunk.1.jsonl.zst", Texts('g', 9));
  folder_.WriteJsonl("upper/u.chunk.0.jsonl.gz", Texts('A', 7));
  for (int taken = 0; taken < 50; ++taken) {
    const auto loader = Create();
    ExpectSame(Take(*loader, taken), {all.begin(), all.begin() + taken}, 0);
    const LoaderState state = Saved(*loader);
    ExpectSame(Take(*Create(&state), 10), {all.begin() + taken, all.begin() + taken + 10}, taken);
  }
}

TEST_F(LoaderTest, ShufflingKeepsEverySequenceOfAWindow) {
  const std::multiset<std::vector<int32_t>> shuffled = Windows(Take(*Create(), 40));
  config_.prefetch_size = 1;
  config_.batch_size = 1;
  const std::vector<Batch> in_order = Take(*Create(), 120);
  EXPECT_EQ(Windows(in_order), shuffled);
}

TEST_F(LoaderTest, EveryWindowHasAnOrderOfItsOwn) {
  const std::vector<Batch> shuffled = Take(*Create(), 8);  // two windows of 12 sequences
  config_.prefetch_size = 1;
  config_.batch_size = 1;
  const std::vector<Batch> in_order = Take(*Create(), 24);
  std::vector<std::set<int>> numbers(2);
  std::vector<std::vector<int>> orders(2);
  for (int i = 0; i < 24; ++i) {
    const auto row = shuffled[i / 3].tokens.begin() + i % 3 * 16;
    int number = 0;
    while (number < 12 &&
           !std::equal(row, row + 16, in_order[i / 12 * 12 + number].tokens.begin())) {
      ++number;
    }
    orders[i / 12].push_back(number);
    numbers[i / 12].insert(number);
  }
  for (const auto& all : numbers) EXPECT_EQ(all.size(), 12) << "of unlike sequences";
  EXPECT_NE(orders[0], orders[1]);
}

TEST_F(LoaderTest, AnotherWindowOrBatchSizeLosesAndRepeatsNothing) {
  const auto first = Create();
  std::vector<Batch> seen = Take(*first, 5);  // 15 sequences: 3 of the second window of 12
  const LoaderState state = Saved(*first);
  const std::vector<Batch> unchanged = Take(*first, 3);

  config_.prefetch_size = 10;
  config_.batch_size = 4;
  const std::vector<Batch> rest = Take(*Create(&state), 31);  // 124 sequences
  // The 9 left of the window come first, in the order they would have had.
  for (int i = 0; i < 9; ++i) {
    const auto expected = unchanged[i / 3].tokens.begin() + i % 3 * 16;
    EXPECT_TRUE(std::equal(expected, expected + 16, rest[i / 4].tokens.begin() + i % 4 * 16)) << i;
  }
  // Windows of 12, 12, 40 and 40 were handed out whole, and 35 sequences of one more.
  seen.insert(seen.end(), rest.begin(), rest.end());
  const std::multiset<std::vector<int32_t>> windows = Windows(seen);
  EXPECT_EQ(windows.size(), 139u);
  config_.prefetch_size = 1;
  config_.batch_size = 1;
  const std::multiset<std::vector<int32_t>> in_order = Windows(Take(*Create(), 104));
  EXPECT_TRUE(std::includes(windows.begin(), windows.end(), in_order.begin(), in_order.end()));
}

TEST_F(LoaderTest, RanksSeeDifferentDocuments) {
  config_.sources = {{"lower", 1.0}};
  const std::vector<Batch> rank0 = Take(*Create(nullptr, {0, 2}), 4);
  const std::vector<Batch> rank1 = Take(*Create(nullptr, {1, 2}), 4);
  EXPECT_NE(Windows(rank0), Windows(rank1));
}

TEST_F(LoaderTest, ReadsWordNetByDefault) {
  DataConfig config;
  config.batch_size = 1;
  const auto loader = Loader::Create(config, std::make_shared<ByteTokenizer>());
  ASSERT_TRUE(loader.ok()) << loader.status();
  EXPECT_EQ((*loader)->source_names(), std::vector<std::string>{"wordnet"});
  const Batch batch = Take(**loader, 1)[0];
  const std::string text = ByteTokenizer().Decode(batch.tokens);
  EXPECT_TRUE(absl::StrContains(text, " (noun): ")) << text;
}

TEST_F(LoaderTest, BadSettingsAreNamed) {
  const auto error_of = [this] { return TryCreate().status(); };
  config_.batch_size = 0;
  EXPECT_TRUE(absl::StrContains(error_of().message(), "data.batch_size")) << error_of();
  config_.batch_size = 2;
  config_.prefetch_size = int64_t{1} << 27;  // 2^27 x 2 x 17 tokens
  EXPECT_EQ(error_of().message(),
            "data.prefetch_size 134217728 times data.batch_size 2 are too many sequences of 17 "
            "tokens for a shuffle window, which is kept in memory; expected at most 4294967296 "
            "tokens, so lower data.prefetch_size");
  config_.prefetch_size = 4;
  config_.sources = {{"lower", 0.0}};
  EXPECT_TRUE(absl::StrContains(error_of().message(), "data.sources.lower")) << error_of();
  config_.sources = {};
  EXPECT_TRUE(absl::StrContains(error_of().message(), "data.sources")) << error_of();
  config_.sources = {{"absent", 1.0}};
  EXPECT_TRUE(absl::IsNotFound(error_of())) << error_of();
  config_.sources = {{"lower", 1.0}};
  EXPECT_TRUE(absl::IsInvalidArgument(TryCreate(nullptr, {2, 2}).status()));
}

TEST_F(LoaderTest, AFileThatGoesAwayIsAnErrorThatStays) {
  for (const bool load_async : {true, false}) {
    config_.load_async = load_async;
    folder_.WriteJsonl("gone/g.chunk.0.jsonl", Texts('a', 5));
    folder_.WriteJsonl("gone/g.chunk.1.jsonl", Texts('a', 5));
    folder_.WriteJsonl("gone/g.val.jsonl", {"held out"});
    config_.sources = {{"gone", 1.0}};
    const auto loader = Create();
    std::filesystem::remove(folder_.File("gone/g.chunk.1.jsonl"));
    absl::Status status;
    for (int i = 0; i < 200 && status.ok(); ++i) status = loader->Next().status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "g.chunk.1.jsonl")) << status;
    EXPECT_EQ(loader->Next().status(), status);
  }
}

TEST_F(LoaderTest, ChangedTextIsNoticedOnResume) {
  const auto loader = Create();
  Take(*loader, 5);
  const LoaderState state = Saved(*loader);
  // The same sizes, other letters.
  folder_.WriteJsonl("lower/l.chunk.0.jsonl", Texts('b', 5));
  folder_.WriteJsonl("lower/l.chunk.1.jsonl", Texts('h', 9));
  folder_.WriteJsonl("upper/u.chunk.0.jsonl", Texts('B', 7));
  const absl::Status status = TryCreate(&state).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "not what it was")) << status;
}

TEST_F(LoaderTest, NewFilesAndAMovedRootAreFine) {
  const auto loader = Create();
  Take(*loader, 5);
  const LoaderState state = Saved(*loader);
  const std::vector<Batch> rest = Take(*loader, 3);
  folder_.WriteJsonl("lower/a.chunk.0.jsonl", Texts('a', 3));  // sorts before the others
  for (const char* name : {"lower", "upper"}) {
    std::filesystem::create_directories(folder_.File("moved"));
    std::filesystem::rename(folder_.File(name), folder_.File(std::string("moved/") + name));
  }
  config_.root_dir = folder_.File("moved");
  ExpectSame(Take(*Create(&state), 3), rest, 5);
}

}  // namespace
}  // namespace mneme
