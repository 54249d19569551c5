#include "apps/config/model_params.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

ModelParams Params(std::optional<int64_t> tokenizer_size) {
  ModelParams params;
  params.model.model.vocab_size = 320;
  params.tokenizer = {"sp", "/a.model"};
  params.tokenizer_size = tokenizer_size;
  return params;
}

std::string ErrorOf(int64_t size, const ModelParams& params) {
  return std::string(
      CheckTokenizerSize({"hf", "/b.json"}, size, params, "checkpoint 'C'", "set another")
          .message());
}

TEST(ModelParamsTest, JsonAndBack) {
  for (const std::optional<int64_t> size :
       {std::optional<int64_t>(300), std::optional<int64_t>()}) {
    const auto read = ModelParamsFromJson(ModelParamsToJson(Params(size)), "p.json");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->model.model.vocab_size, 320);
    EXPECT_EQ(read->tokenizer.name, "sp");
    EXPECT_EQ(read->tokenizer.path, "/a.model");
    EXPECT_EQ(read->tokenizer_size, size);
  }
  EXPECT_EQ(ModelParamsFromJson(R"({"model": {}})", "p.json")->tokenizer.name, "");
}

// A file name may be any bytes, JSON may not.
TEST(ModelParamsTest, APathThatIsNotUtf8) {
  ModelParams params = Params({});
  params.tokenizer.path = "/caf\xE9.model";
  const auto read = ModelParamsFromJson(ModelParamsToJson(params), "p.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->tokenizer.path, "/caf\uFFFD.model");
}

TEST(ModelParamsTest, BrokenJson) {
  const auto error = [](const std::string& json) {
    return std::string(ModelParamsFromJson(json, "p.json").status().message());
  };
  EXPECT_EQ(error("{"), "p.json: expected a \"model\" section");
  EXPECT_EQ(error(R"({"model": {}, "tokenizer": {"name": 1, "path": ""}})"),
            "p.json: expected \"tokenizer\" to have a \"name\" and a \"path\"");
  EXPECT_EQ(error(R"({"model": {}, "tokenizer": {"name": "hf", "path": "", "vocab_size": "x"}})"),
            "p.json: expected the \"vocab_size\" of \"tokenizer\" to be an integer");
}

TEST(CheckTokenizerSizeTest, TheSizeThatTheModelWasTrainedWith) {
  EXPECT_EQ(ErrorOf(300, Params(300)), "");
  EXPECT_EQ(ErrorOf(301, Params(300)),
            "tokenizer hf '/b.json' has 301 ids, but checkpoint 'C' was trained with one of 300, "
            "sp '/a.model'; set another");
  EXPECT_NE(ErrorOf(299, Params(300)), "");
  EXPECT_NE(ErrorOf(320, Params(300)), "");
}

TEST(CheckTokenizerSizeTest, WhereThatIsNotKnownTheModelNeedsRoom) {
  EXPECT_EQ(ErrorOf(1, Params({})), "");
  EXPECT_EQ(ErrorOf(320, Params({})), "");
  EXPECT_EQ(ErrorOf(321, Params({})),
            "tokenizer hf '/b.json' has 321 ids, but checkpoint 'C' has room for 320; set another");
}

}  // namespace
}  // namespace mneme
