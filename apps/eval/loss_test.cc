#include "apps/eval/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "apps/eval/testing/tiny_model.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

class LossTest : public testing::Test {
 protected:
  LossTest() : model_(MakeTinyModel()) {
    config_.sources = {{folder_.Write("text.jsonl",
                                      "{\"text\": \"a grey bird\"}\n"
                                      "{\"text\": \"caf\u00E9\"}\n"
                                      "{\"text\": \"x\"}\n"),
                        1.0}};
    config_.batch_size = 2;
    config_.seq_len = 7;
  }

  std::unique_ptr<SequentialLoader> Loader(int64_t max_sequences = -1) {
    auto loader = SequentialLoader::Create(config_, std::make_shared<ByteTokenizer>(), Split::kAll,
                                           max_sequences);
    CHECK(loader.ok()) << loader.status();
    return *std::move(loader);
  }

  LossSummary Measure(SequentialLoader* loader) {
    const auto summary = MeasureLoss(model_.get(), loader);
    CHECK(summary.ok()) << summary.status();
    return *summary;
  }

  TestFolder folder_;
  std::unique_ptr<LanguageModel> model_;
  DataConfig config_;
};

TEST(LossSummary, Units) {
  const LossSummary summary = {.nll = 6.0 * std::log(2.0), .tokens = 3, .text_bytes = 12};
  EXPECT_DOUBLE_EQ(summary.loss(), 2.0 * std::log(2.0));
  EXPECT_DOUBLE_EQ(summary.perplexity(), 4.0);
  EXPECT_DOUBLE_EQ(summary.bits_per_byte(), 0.5);
}

TEST_F(LossTest, IsTheSumOverTheWholeRowOfDocuments) {
  // All documents behind one another; the first token is never predicted.
  std::vector<int32_t> row;
  const ByteTokenizer tokenizer;
  for (const char* text : {"a grey bird", "caf\u00E9", "x"}) {
    tokenizer.AppendEncoded(text, true, true, &row);
  }
  // Windows of 7 tokens, each beginning with the last one that was predicted.
  double nll = 0.0;
  for (size_t begin = 0; begin + 1 < row.size(); begin += 7) {
    const size_t end = std::min(begin + 8, row.size());
    for (double ll : TokenLogLikelihoods(model_.get(), {row.begin() + begin, row.begin() + end})) {
      nll -= ll;
    }
  }
  const auto loader = Loader();
  const LossSummary summary = Measure(loader.get());
  EXPECT_EQ(summary.tokens, row.size() - 1);
  EXPECT_EQ(summary.text_bytes, 11 + 5 + 1);
  EXPECT_TRUE(std::abs(summary.nll - nll) <= 1e-5 * nll) << summary.nll << ", " << nll;
}

TEST_F(LossTest, DoesNotDependOnTheBatchSize) {
  const LossSummary two = Measure(Loader().get());
  for (int64_t batch_size : {1, 3, 100}) {
    config_.batch_size = batch_size;
    const LossSummary summary = Measure(Loader().get());
    EXPECT_EQ(summary.tokens, two.tokens);
    EXPECT_EQ(summary.text_bytes, two.text_bytes);
    EXPECT_TRUE(std::abs(summary.nll - two.nll) <= 1e-5 * two.nll) << batch_size;
  }
}

TEST_F(LossTest, BeginsAnewEachTimeAndTellsHowFarItIs) {
  const auto loader = Loader(3);
  std::vector<int64_t> tokens;
  const auto first = MeasureLoss(model_.get(), loader.get(), [&](const LossSummary& so_far) {
    tokens.push_back(so_far.tokens);
    return absl::OkStatus();
  });
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(tokens, (std::vector<int64_t>{14, 21}));
  const LossSummary second = Measure(loader.get());
  EXPECT_EQ(second.tokens, 21);
  EXPECT_EQ(second.nll, first->nll);
}

}  // namespace
}  // namespace mneme
