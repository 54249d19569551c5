#include "apps/eval/report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nlohmann/json.hpp"

namespace mneme {
namespace {

EvalReport Report() {
  EvalReport report{.checkpoint = "runs/a/checkpoints/0000000020",
                    .step = 20,
                    .data = "wordnet",
                    .split = "held-out",
                    .seq_len = 128,
                    .documents = 3};
  report.loss = {.nll = 200.0 * std::log(2.0), .tokens = 100, .text_bytes = 80};
  return report;
}

EvalReport::Recall Recall() {
  EvalReport::Recall recall{.seed = 42};
  recall.held_out = {.total = {20, 80}, .per_byte = {8, 80}, .glosses = 800, .cut_glosses = 0};
  recall.training = {.total = {80, 80}, .per_byte = {0, 80}, .glosses = 800, .cut_glosses = 12};
  return recall;
}

TEST(ReportText, Loss) {
  EXPECT_EQ(ReportText(Report()),
            "checkpoint  runs/a/checkpoints/0000000020 (step 20)\n"
            "data        wordnet (held-out): 3 documents, 80 bytes, 100 tokens\n"
            "loss        1.3863 nats a token, in sequences of 128\n"
            "perplexity  4.0000 a token\n"
            "bits/byte   2.5000\n");
}

TEST(ReportText, Recall) {
  EvalReport report = Report();
  report.recall = Recall();
  const std::string text = ReportText(report);
  EXPECT_EQ(text.substr(text.find("recall")),
            "recall      which of 10 glosses belongs to a WordNet entry? chance 10.0%\n"
            "  entries     asked   log-likelihood     per byte\n"
            "  held-out       80    25.0% +- 4.8%      10.0% +- 3.4%\n"
            "  training       80   100.0% +- 0.0%       0.0% +- 0.0%\n"
            "  12 of 1600 glosses do not fit the model's sequence: scored by their beginning\n");
}

TEST(ReportJson, OneLineWithAllOfIt) {
  EvalReport report = Report();
  report.recall = Recall();
  const std::string text = ReportJson(report);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["step"], 20);
  EXPECT_EQ(json["split"], "held-out");
  EXPECT_EQ(json["documents"], 3);
  EXPECT_EQ(json["tokens"], 100);
  EXPECT_EQ(json["text_bytes"], 80);
  EXPECT_DOUBLE_EQ(json["loss"], 2.0 * std::log(2.0));
  EXPECT_DOUBLE_EQ(json["perplexity"], 4.0);
  EXPECT_DOUBLE_EQ(json["bits_per_byte"], 2.5);
  EXPECT_EQ(json["recall"]["held_out"]["entries"], 80);
  EXPECT_DOUBLE_EQ(json["recall"]["held_out"]["accuracy"], 0.25);
  EXPECT_DOUBLE_EQ(json["recall"]["held_out"]["accuracy_per_byte"], 0.1);
  EXPECT_DOUBLE_EQ(json["recall"]["training"]["accuracy_stderr"], 0.0);
  EXPECT_EQ(json["recall"]["training"]["cut_glosses"], 12);
}

TEST(ReportJson, WithoutRecallAndWithWhatJsonCannotSay) {
  EvalReport report = Report();
  report.loss.nll = std::numeric_limits<double>::quiet_NaN();
  report.data = "not utf-8: \xFF";
  const auto json = nlohmann::json::parse(ReportJson(report));
  EXPECT_TRUE(json["loss"].is_null());
  EXPECT_FALSE(json.contains("recall"));
  EXPECT_EQ(json["data"], "not utf-8: \uFFFD");
}

}  // namespace
}  // namespace mneme
