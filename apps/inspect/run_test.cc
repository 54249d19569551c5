// A checkpoint written to disk, loaded and looked into: all of //apps:inspect but its main.

#include "apps/inspect/run.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "apps/config/args.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/progress/test_output.h"

namespace mneme {
namespace {

class InspectTest : public testing::Test {
 protected:
  InspectTest() : model_(MakeTinyModel()) {
    args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 7);
    args_.model.device = "cpu";
  }

  Inspection Run(bool has_prompt) {
    auto inspection = Inspect(args_, has_prompt, &screen_);
    CHECK(inspection.ok()) << inspection.status();
    return *std::move(inspection);
  }
  std::string Error(bool has_prompt) {
    return std::string(Inspect(args_, has_prompt, &screen_).status().message());
  }

  TestFolder folder_;
  TestOutput output_ = TestOutput::Pipe();
  Screen screen_{output_.fd()};
  std::unique_ptr<LanguageModel> model_;
  InspectArgs args_;
};

TEST_F(InspectTest, PromptsOfAFile) {
  args_.prompts = folder_.Write("prompts.txt", "one\nand two\n");
  const Inspection inspection = Run(false);
  EXPECT_EQ(inspection.step, 7);
  ASSERT_EQ(inspection.prompts.size(), 2);
  EXPECT_EQ(inspection.prompts[1].tokens.size(), 8);
  ASSERT_EQ(inspection.summaries.size(), 1);
  EXPECT_EQ(inspection.summaries[0].picks, (4 + 8) * 2 * 3);
  EXPECT_TRUE(inspection.contexts.empty());
}

TEST_F(InspectTest, ContextsOfRowsInACorpus) {
  args_.prompt = "heron";
  const int64_t row = Run(true).prompts[0].layers[0].rows[0];  // of the first token
  args_.rows = {row};
  args_.corpus =
      folder_.Write("corpus.txt", "heron\n\ncrane and bittern, longer than the window\n");
  args_.contexts = 3;
  const Inspection inspection = Run(false);
  EXPECT_TRUE(inspection.prompts.empty());
  EXPECT_GT(inspection.documents, 0);
  ASSERT_FALSE(inspection.contexts.empty());
  EXPECT_LE(inspection.contexts.size(), 3);
  for (size_t i = 0; i < inspection.contexts.size(); ++i) {
    EXPECT_EQ(inspection.contexts[i].row, row);
    EXPECT_LE(inspection.contexts[i].weight, inspection.contexts[i == 0 ? 0 : i - 1].weight);
  }
  args_.max_documents = 1;
  EXPECT_EQ(Run(false).documents, 1);
}

TEST_F(InspectTest, WhatIsMissingOrWrongIsNamed) {
  EXPECT_EQ(Error(false),
            "there is nothing to inspect; set prompt=, prompts=, or rows= and corpus=");
  args_.rows = {64};
  EXPECT_EQ(Error(false), "rows= needs corpus=, a file to look for them in, or wordnet");
  args_.corpus = folder_.path() + "/none.txt";
  EXPECT_EQ(Error(false), "rows: expected rows below 64, which the table has, got 64");
  args_.rows = {63};
  EXPECT_FALSE(Error(false).empty());
  args_.html = "page.html";
  EXPECT_EQ(Error(false), "html= needs prompt= or prompts=, which the page shows");
  args_.rows.clear();
  EXPECT_EQ(Error(true), "corpus= needs rows=, the rows to look for");
  args_.corpus.clear();
  args_.prompts = "both.txt";
  EXPECT_EQ(Error(true), "expected one of prompt= and prompts=, got both");
}

TEST_F(InspectTest, AModelWithoutMemoryHasNothingToShow) {
  ModelSection section = TinyModelSection();
  section.memory = {};
  auto dense = LanguageModel::Create(section.model, section.memory, 1, Device::Cpu(), DType::kF32);
  ASSERT_TRUE(dense.ok());
  const std::string run = folder_.WriteRun(dense->get(), 9);
  args_.model.ckpt_dir = run;
  EXPECT_EQ(Error(true), absl::StrCat("the model of '", run,
                                      "/checkpoints/0000000009' has no memory "
                                      "layer, so there is nothing to inspect"));
}

TEST(InspectArgsTest, RowsAreAListOfNumbers) {
  const auto parse = [](const std::string& value) {
    InspectArgs args;
    const std::string argument = absl::StrCat("rows=", value);
    const char* argv[] = {"inspect", argument.c_str()};
    const auto parsed = ParseArgs(2, argv, {.target = "//apps:inspect"}, &args);
    return parsed.ok() ? args.rows : std::vector<int64_t>{-1};
  };
  EXPECT_EQ(parse("7"), (std::vector<int64_t>{7}));
  EXPECT_EQ(parse("7,7"), (std::vector<int64_t>{7}));
  EXPECT_EQ(parse("7, 1200"), (std::vector<int64_t>{7, 1200}));
  EXPECT_EQ(parse("[3, 4]"), (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(parse("x"), (std::vector<int64_t>{-1}));
  EXPECT_EQ(parse("-3"), (std::vector<int64_t>{-1}));
  EXPECT_EQ(parse("7,,8"), (std::vector<int64_t>{-1}));
}

}  // namespace
}  // namespace mneme
