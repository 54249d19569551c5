// A checkpoint written to disk, loaded and completed with: all of //apps:generate but its main.

#include "apps/generate/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/progress/test_output.h"
#include "nlohmann/json.hpp"
#include "runtime/core/devices.h"

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
    const absl::Status status =
        CompletePrompts(loaded_, args_, {prompt}, number, Append(&text), &stats_);
    EXPECT_TRUE(status.ok()) << status;
    return text;
  }

  static TextSink Append(std::string* text) {
    return [text](absl::string_view more) {
      absl::StrAppend(text, more);
      return absl::OkStatus();
    };
  }

  // The first two letters of the text that stand together.
  static std::string LetterPair(const std::string& text) {
    size_t i = 0;
    while (!absl::ascii_isalpha(text.at(i)) || !absl::ascii_isalpha(text.at(i + 1))) ++i;
    return text.substr(i, 2);
  }

  TestFolder folder_;
  TestOutput output_ = TestOutput::Pipe();
  Screen screen_{output_.fd()};
  std::unique_ptr<LanguageModel> model_;
  GenerateArgs args_;
  LoadedModel loaded_;
  GenerateStats stats_;
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
  EXPECT_TRUE(CompleteLines(loaded_, args_, lines, Append(&text), &stats_).ok());
  EXPECT_EQ(text, expected);
}

TEST_F(GenerateTest, PromptsSideBySideGiveTheTextsOfEachAlone) {
  loaded_ = Load();
  const std::vector<std::string> prompts = {"one", "", "a longer prompt than others", "four"};
  std::string expected;
  for (size_t i = 0; i < prompts.size(); ++i) expected += Complete(prompts[i], 5 + i);
  for (int64_t batch_size : {1, 3, 64}) {
    args_.batch_size = batch_size;
    std::string text;
    stats_ = {};
    EXPECT_TRUE(CompletePrompts(loaded_, args_, prompts, 5, Append(&text), &stats_).ok());
    EXPECT_EQ(text, expected);
    EXPECT_EQ(stats_.prompts, 4);
    EXPECT_EQ(stats_.prompt_tokens, 4 + 3 + 27 + 4);
    EXPECT_EQ(stats_.cut_prompts, 1);  // 27 tokens, a window of 24
    EXPECT_GT(stats_.new_tokens, 4);
    EXPECT_LE(stats_.new_tokens, 4 * 30);
    EXPECT_GT(stats_.seconds, 0.0);
  }
}

TEST_F(GenerateTest, EveryDeviceGivesTheSameText) {
  const std::string text = Complete("heron") + Complete("", 1);
  for (Device device : AvailableDevices()) {
    args_.model.device = device.name();
    loaded_ = Load();
    EXPECT_EQ(Complete("heron") + Complete("", 1), text) << device.name();
  }
}

TEST_F(GenerateTest, StopStringsCut) {
  args_.echo = false;
  const std::string all = Complete("heron");
  args_.stop = {"\x01 never", LetterPair(all)};
  EXPECT_EQ(Complete("heron"), all.substr(0, all.find(LetterPair(all))) + "\n");
}

TEST_F(GenerateTest, JsonLines) {
  args_.echo = false;
  const std::string all = Complete("heron");
  args_.json = true;
  const auto json = nlohmann::json::parse(Complete("heron"));
  EXPECT_EQ(json["prompt"], "heron");
  EXPECT_EQ(absl::StrCat(json["completion"].get<std::string>(), "\n"), all);
  EXPECT_EQ(json["tokens"], 30);
  EXPECT_EQ(json["finish"], "length");
  args_.stop = {LetterPair(all)};
  EXPECT_EQ(nlohmann::json::parse(Complete("heron"))["finish"], "stop");
}

TEST_F(GenerateTest, TheClosingLine) {
  const GenerateStats stats = {
      .prompts = 3, .prompt_tokens = 57, .new_tokens = 420, .seconds = 1.25};
  EXPECT_EQ(stats.Text(), "420 tokens in 1.25 s, 336 tokens/s; 3 prompts of 57 tokens");
  EXPECT_EQ(
      (GenerateStats{.prompts = 1, .prompt_tokens = 1, .cut_prompts = 1, .new_tokens = 1}).Text(),
      "1 token in 0.00 s, 0 tokens/s; 1 prompt of 1 tokens, 1 longer than the model's window "
      "and cut on the left");
}

TEST_F(GenerateTest, WhatIsNoUtf8IsRefused) {
  loaded_ = Load();
  std::string text;
  EXPECT_EQ(CompletePrompts(loaded_, args_, {"\xFF"}, 0, Append(&text), &stats_).message(),
            "expected a prompt in UTF-8, got other bytes");
  std::istringstream lines("fine\nnot \xC3");
  EXPECT_EQ(CompleteLines(loaded_, args_, lines, Append(&text), &stats_).message(),
            "standard input, line 2: expected a prompt in UTF-8, got other bytes");
}

TEST_F(GenerateTest, AFailedWriteEndsTheCompletion) {
  loaded_ = Load();
  int64_t writes = 0;
  const absl::Status status = CompletePrompts(
      loaded_, args_, {""}, 0,
      [&](absl::string_view) -> absl::Status {
        ++writes;
        return absl::UnknownError("no room");
      },
      &stats_);
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
