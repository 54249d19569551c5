// A checkpoint written to disk, loaded and measured: all of //apps:eval but its main.

#include "apps/eval/run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/eval/recall.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/progress/test_output.h"
#include "data/corpus/document_hash.h"
#include "data/wordnet/wordnet.h"

namespace mneme {
namespace {

// A WordNet of 12 nouns that are held out and 15 that are not.
std::string WriteWordNet(const TestFolder& folder) {
  std::string nouns;
  int64_t held_out = 0, training = 0;
  for (int64_t offset = 1740; held_out < 12 || training < 15; ++offset) {
    const std::string id = absl::StrFormat("%08d", offset);
    int64_t& count = IsHeldOut(absl::StrCat("n", id)) ? held_out : training;
    if (count == (&count == &held_out ? 12 : 15)) continue;
    absl::StrAppend(&nouns, id, " 05 n 01 bird", offset, " 0 000 | bird number ", offset,
                    " of the book; \"it sings\"\n");
    ++count;
  }
  folder.Write("data.noun", nouns);
  folder.Write("data.verb", "");
  folder.Write("data.adj", "");
  folder.Write("data.adv", "");
  return folder.path();
}

class EvalTest : public testing::Test {
 protected:
  EvalTest() : model_(MakeTinyModel()) {
    args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 7);
    args_.model.device = "cpu";
    args_.wordnet_dir = WriteWordNet(folder_);
  }

  EvalReport Run() {
    const auto report = Evaluate(args_, &screen_);
    CHECK(report.ok()) << report.status();
    return *report;
  }

  // Nats of one window of a row of documents.
  double Nll(const std::vector<int32_t>& window) {
    double nll = 0.0;
    for (double ll : TokenLogLikelihoods(model_.get(), window)) nll -= ll;
    return nll;
  }

  TestFolder folder_;
  TestOutput output_ = TestOutput::Pipe();
  Screen screen_{output_.fd()};
  std::unique_ptr<LanguageModel> model_;
  EvalArgs args_;
};

TEST_F(EvalTest, LossOfATextFile) {
  args_.data = folder_.Write("a.txt", "owls hunt");
  const EvalReport report = Run();
  EXPECT_TRUE(absl::StartsWith(report.checkpoint, args_.model.ckpt_dir));
  EXPECT_EQ(report.step, 7);
  EXPECT_EQ(report.split, "all");
  EXPECT_EQ(report.seq_len, 24);
  EXPECT_EQ(report.documents, 1);
  const std::vector<int32_t> row = ByteTokenizer().Encode("owls hunt", /*bos=*/true, /*eos=*/true);
  EXPECT_EQ(report.loss.tokens, 10);
  EXPECT_EQ(report.loss.text_bytes, 9);
  EXPECT_TRUE(std::abs(report.loss.nll - Nll(row)) <= 1e-5 * Nll(row));
  EXPECT_FALSE(report.recall.has_value());
  EXPECT_EQ(output_.Take(), "");
}

TEST_F(EvalTest, WordNetsHeldOutEntriesByDefault) {
  EvalReport report = Run();
  EXPECT_EQ(report.data, "wordnet");
  EXPECT_EQ(report.split, "held-out");
  EXPECT_EQ(report.documents, 12);
  args_.split = EvalArgs::Documents::kTraining;
  report = Run();
  EXPECT_EQ(report.split, "training");
  EXPECT_EQ(report.documents, 15);
  args_.split = EvalArgs::Documents::kAll;
  EXPECT_EQ(Run().documents, 27);
}

TEST_F(EvalTest, SequencesAndBatchesAsAsked) {
  args_.data = folder_.Write("a.txt", std::string(200, 'x'));
  args_.batch_size = 3;
  args_.seq_len = 10;
  args_.max_batches = 2;
  EvalReport report = Run();
  EXPECT_EQ(report.seq_len, 10);
  EXPECT_EQ(report.loss.tokens, 2 * 3 * 10);
  EXPECT_EQ(output_.Take(), "");
  args_.seq_len = 25;
  Run();
  EXPECT_EQ(output_.Take(),
            "warning: seq_len is 25, but the model is for sequences of 24 tokens\n");
}

TEST_F(EvalTest, Recall) {
  args_.recall = true;
  args_.recall_entries = 11;
  const EvalReport report = Run();
  ASSERT_TRUE(report.recall.has_value());
  const auto entries = LoadWordNet(args_.wordnet_dir);
  ASSERT_TRUE(entries.ok()) << entries.status();
  for (bool held_out : {true, false}) {
    const auto questions = SampleQuestions(*entries, held_out, 11, 42);
    ASSERT_TRUE(questions.ok());
    const RecallScore expected = MeasureRecall(model_.get(), ByteTokenizer(), *questions);
    const RecallScore& score = held_out ? report.recall->held_out : report.recall->training;
    EXPECT_EQ(score.total.questions, 11);
    EXPECT_EQ(score.total.right, expected.total.right);
    EXPECT_EQ(score.per_byte.right, expected.per_byte.right);
    EXPECT_EQ(score.cut_glosses, expected.cut_glosses);
  }
}

TEST_F(EvalTest, WhatIsMissingIsNamed) {
  const auto message = [&] { return std::string(Evaluate(args_, &screen_).status().message()); };
  args_.recall = true;
  args_.wordnet_dir = folder_.path() + "/none";
  EXPECT_TRUE(absl::StrContains(message(), "WordNet")) << message();
  args_.data = folder_.path() + "/none.jsonl";
  EXPECT_TRUE(absl::StrContains(message(), args_.data)) << message();
  args_.model.ckpt_dir = folder_.path() + "/none";
  EXPECT_TRUE(absl::StrContains(message(), args_.model.ckpt_dir)) << message();
}

}  // namespace
}  // namespace mneme
