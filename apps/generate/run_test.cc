// A checkpoint written to disk, loaded and completed with: all of //apps:generate but its main.

#include "apps/generate/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/progress/test_output.h"

namespace mneme {
namespace {

class GenerateTest : public testing::Test {
 protected:
  GenerateTest() : model_(MakeTinyModel()) {
    args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 7);
    args_.model.device = "cpu";
    args_.max_tokens = 30;
    args_.temperature = 1.0;
  }

  LoadedModel Load() {
    auto loaded = LoadModel(args_.model, &screen_);
    CHECK(loaded.ok()) << loaded.status();
    return *std::move(loaded);
  }

  std::string Complete(const std::string& prompt, int64_t number = 0) {
    if (!loaded_.model) loaded_ = Load();
    std::string text;
    const absl::Status status = CompletePrompt(loaded_, args_, prompt, number, Append(&text));
    EXPECT_TRUE(status.ok()) << status;
    return text;
  }

  static TextSink Append(std::string* text) {
    return [text](absl::string_view more) {
      absl::StrAppend(text, more);
      return absl::OkStatus();
    };
  }

  TestFolder folder_;
  TestOutput output_ = TestOutput::Pipe();
  Screen screen_{output_.fd()};
  std::unique_ptr<LanguageModel> model_;
  GenerateArgs args_;
  LoadedModel loaded_;
};

TEST_F(GenerateTest, LoadsWhatWasSaved) {
  const LoadedModel loaded = Load();
  EXPECT_EQ(loaded.step, 7);
  EXPECT_EQ(loaded.tokenizer->name(), "bytes");
  const Tensor tokens = Tensor::From<int32_t>({1, 5}, {256, 'h', 'e', 'r', 'o'});
  EXPECT_EQ(loaded.model->Logits(tokens).value().ToVector<float>(),
            model_->Logits(tokens).value().ToVector<float>());
}

TEST_F(GenerateTest, TheSameSeedGivesTheSameText) {
  const std::string text = Complete("heron (noun):");
  EXPECT_TRUE(absl::StartsWith(text, "heron (noun):")) << text;
  EXPECT_EQ(text.back(), '\n');
  EXPECT_GT(text.size(), 20);
  EXPECT_EQ(Complete("heron (noun):"), text);
  EXPECT_NE(Complete("heron (noun):", 1), text);
  args_.seed = 43;
  EXPECT_NE(Complete("heron (noun):"), text);
}

TEST_F(GenerateTest, EmptyPromptAndNoEcho) {
  const std::string from_nothing = Complete("");
  EXPECT_GT(from_nothing.size(), 1);
  const std::string with = Complete("ab");
  args_.echo = false;
  EXPECT_EQ(absl::StrCat("ab", Complete("ab")), with);
}

TEST_F(GenerateTest, LinesAreCompletedOneByOne) {
  loaded_ = Load();
  const std::string expected = Complete("one", 0) + Complete("", 1) + Complete("three", 2);
  std::istringstream lines("one\r\n\nthree");
  std::string text;
  EXPECT_TRUE(CompleteLines(loaded_, args_, lines, Append(&text)).ok());
  EXPECT_EQ(text, expected);
}

TEST_F(GenerateTest, WhatIsNoUtf8IsRefused) {
  loaded_ = Load();
  std::string text;
  EXPECT_EQ(CompletePrompt(loaded_, args_, "\xFF", 0, Append(&text)).message(),
            "expected a prompt in UTF-8, got other bytes");
  std::istringstream lines("fine\nnot \xC3");
  EXPECT_EQ(CompleteLines(loaded_, args_, lines, Append(&text)).message(),
            "standard input, line 2: expected a prompt in UTF-8, got other bytes");
}

TEST_F(GenerateTest, AFailedWriteEndsTheCompletion) {
  loaded_ = Load();
  int64_t writes = 0;
  const absl::Status status =
      CompletePrompt(loaded_, args_, "", 0, [&](absl::string_view) -> absl::Status {
        ++writes;
        return absl::UnknownError("no room");
      });
  EXPECT_EQ(status.message(), "no room");
  EXPECT_EQ(writes, 1);
}

TEST_F(GenerateTest, WhatIsMissingIsNamed) {
  args_.model.ckpt_dir = folder_.path() + "/nothing";
  const absl::Status missing = LoadModel(args_.model, &screen_).status();
  EXPECT_EQ(missing.message(),
            absl::StrCat("there is no checkpoint or run directory '", folder_.path(),
                         "/nothing'; train a model with //apps:train, or set ckpt_dir"));
  args_.model.ckpt_dir = folder_.path();
  EXPECT_FALSE(LoadModel(args_.model, &screen_).ok());
  args_.model.dtype = DType::kBF16;
  EXPECT_EQ(LoadModel(args_.model, &screen_).status().message(),
            "the CPU computes in fp32 only; use dtype=fp32");
}

}  // namespace
}  // namespace mneme
