#include "data/tokenizer/hf_tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "data/testing/temp_folder.h"
#include "data/tokenizer/byte_level.h"
#include "data/tokenizer/tiktoken_file.h"
#include "nlohmann/json.hpp"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;
using Json = nlohmann::json;

// A model of the bytes in order and the given merges, such as {"a", "b"}, which get ids from 256.
Json Model(const std::vector<std::pair<std::string, std::string>>& merges) {
  Json model = Json::parse(R"({"type": "BPE", "merges": []})");
  for (int byte = 0; byte < 256; ++byte) {
    model["vocab"][ToByteLevel(std::string(1, static_cast<char>(byte)))] = byte;
  }
  for (const auto& [left, right] : merges) {
    model["vocab"][ToByteLevel(left + right)] = model["vocab"].size();
    model["merges"].push_back(ToByteLevel(left) + " " + ToByteLevel(right));
  }
  return model;
}

// A file with this model, and <|end|> as its only special token.
Json File(const Json& model) {
  Json file = Json::parse(R"({
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "added_tokens": [{"id": 300, "content": "<|end|>", "special": true}]})");
  file["model"] = model;
  return file;
}

void AddToken(const std::string& token, Json* file) {
  (*file)["added_tokens"].push_back(Json::parse(token));
}

constexpr char kBegin[] = R"({"id": 301, "content": "<|begin|>", "special": true})";

class HfTokenizerTest : public testing::Test {
 protected:
  std::unique_ptr<const BpeTokenizer> Load(const Json& json) {
    auto tokenizer = LoadHfTokenizer(folder_.Write("tokenizer.json", json.dump()));
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    return *std::move(tokenizer);
  }

  std::string ErrorOf(const Json& json) {
    const std::string path = folder_.Write("tokenizer.json", json.dump());
    const std::string message(LoadHfTokenizer(path).status().message());
    EXPECT_EQ(message.rfind(path + ": ", 0), 0) << message;
    return message.substr(std::min(message.size(), path.size() + 2));
  }

  const TempFolder folder_;
};

// The two tokens whose merge made `token`, by the ranks of `tokens`: what is left of its bytes
// after all merges of lower ranks.
std::pair<std::string, std::string> LastMerge(const absl::flat_hash_map<std::string, int>& ranks,
                                              const std::string& token) {
  std::vector<std::string> parts;
  for (const char byte : token) parts.emplace_back(1, byte);
  while (parts.size() > 2) {
    size_t best = 0;
    int best_rank = ranks.at(token);
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto rank = ranks.find(parts[i] + parts[i + 1]);
      if (rank != ranks.end() && rank->second < best_rank) best = i, best_rank = rank->second;
    }
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + best + 1);
  }
  return {parts[0], parts[1]};
}

TEST_F(HfTokenizerTest, Gpt2sFileGivesTiktokensIds) {
  const auto tokens = ReadRankFile("data/tokenizer/testdata/r50k_base.tiktoken");
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  absl::flat_hash_map<std::string, int> ranks;
  for (const std::string& token : *tokens) ranks[token] = ranks.size();
  Json model = Json::parse(R"({"merges": [], "vocab": {"<|endoftext|>": 50256}})");
  for (const std::string& token : *tokens) {
    model["vocab"][ToByteLevel(token)] = ranks[token];
    if (token.size() == 1) continue;
    const auto [left, right] = LastMerge(ranks, token);
    model["merges"].push_back(std::vector{ToByteLevel(left), ToByteLevel(right)});
  }
  Json json = File(model);
  json["added_tokens"] =
      Json::parse(R"([{"id": 50256, "content": "<|endoftext|>", "special": true}])");
  const auto tokenizer = Load(json);
  EXPECT_EQ(tokenizer->vocab_size(), 50257);
  EXPECT_EQ(tokenizer->eos_id(), 50256);
  const auto golden = ReadFile("data/tokenizer/testdata/r50k_base.json");
  ASSERT_TRUE(golden.ok()) << golden.status();
  for (const Json& example : Json::parse(*golden)) {
    const std::string text = example["text"];
    const Ids ids = tokenizer->Encode(text, false, false);
    EXPECT_EQ(ids, example["ids"].get<Ids>()) << text;
    EXPECT_EQ(tokenizer->Decode(ids), text);
  }
}

TEST_F(HfTokenizerTest, MergesAreThoseOfTheListUnlessTheModelIgnoresThem) {
  Json model = Model({{"b", "c"}, {"a", "b"}, {"ab", "c"}});
  EXPECT_EQ(Load(File(model))->Encode("abc", false, false), (Ids{'a', 256}));
  model["ignore_merges"] = true;
  EXPECT_EQ(Load(File(model))->Encode("abc", false, false), Ids{258});
}

TEST_F(HfTokenizerTest, AddedTokensAreCutOutUnlessTheyAreSpecial) {
  Json json = File(Model({}));
  AddToken(R"({"id": 301, "content": "  "})", &json);
  AddToken(R"({"id": 302, "content": "   "})", &json);
  const auto tokenizer = Load(json);
  EXPECT_EQ(tokenizer->vocab_size(), 303);
  const Ids ids = tokenizer->Encode("a     b c", true, true);
  EXPECT_EQ(ids, (Ids{300, 'a', 302, 301, 'b', ' ', 'c', 300}));
  EXPECT_EQ(tokenizer->Decode(ids), "a     b c");
  EXPECT_EQ(tokenizer->Encode("<|end|>", false, false).size(), 7);
}

TEST_F(HfTokenizerTest, StepsCutOneAfterAnother) {
  Json json = File(Model({{"1", "2"}, {"a", "b"}, {"b", "c"}, {"x", "a"}}));
  json["pre_tokenizer"] = Json::parse(R"({"type": "Sequence", "pretokenizers": [
      {"type": "Digits", "individual_digits": true},
      {"type": "Split", "pattern": {"String": "b"}, "behavior": "Isolated"},
      {"type": "Split", "pattern": {"Regex": "a+"}, "behavior": "Removed", "invert": true},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})");
  EXPECT_EQ(Load(json)->Encode("12abcxa", false, false), (Ids{'1', '2', 'a', 'b', 'c', 'x', 'a'}));
  json["pre_tokenizer"] = nullptr;
  EXPECT_EQ(Load(json)->Encode("12abcxa", false, false), (Ids{256, 257, 'c', 259}));
}

TEST_F(HfTokenizerTest, NormalizesToFormC) {
  Json json = File(Model({}));
  json["normalizer"]["type"] = "NFC";
  const auto tokenizer = Load(json);
  EXPECT_EQ(tokenizer->Encode("e\u0301", false, false), (Ids{0xC3, 0xA9}));
  EXPECT_EQ(tokenizer->Encode("\xFF", false, false), Ids{0xFF});
}

TEST_F(HfTokenizerTest, TheConfigurationBesideItNamesBosAndEos) {
  Json json = File(Model({}));
  AddToken(kBegin, &json);
  EXPECT_NE(ErrorOf(json).find("tokenizer_config.json"), std::string::npos);
  folder_.Write("tokenizer_config.json",
                R"({"bos_token": {"content": "<|begin|>"}, "eos_token": "<|end|>"})");
  EXPECT_EQ(Load(json)->bos_id(), 301);
  EXPECT_EQ(Load(json)->eos_id(), 300);
  folder_.Write("tokenizer_config.json", R"({"bos_token": null, "eos_token": "<|end|>"})");
  EXPECT_EQ(Load(json)->bos_id(), 300);
  const auto of_folder = LoadHfTokenizer(folder_.path());
  ASSERT_TRUE(of_folder.ok()) << of_folder.status();
  EXPECT_EQ((*of_folder)->eos_id(), 300);
  folder_.Write("tokenizer_config.json", R"({"eos_token": "<|none|>"})");
  EXPECT_NE(ErrorOf(json).find("eos_token"), std::string::npos);
  folder_.Write("tokenizer_config.json", "[");
  EXPECT_EQ(ErrorOf(json), folder_.File("tokenizer_config.json") + ": expected a JSON object");
}

TEST_F(HfTokenizerTest, OrThatOfTheModel) {
  Json json = File(Model({}));
  AddToken(kBegin, &json);
  folder_.Write("generation_config.json", R"({"bos_token_id": 301, "eos_token_id": [300, 301]})");
  EXPECT_EQ(Load(json)->bos_id(), 301);
  EXPECT_EQ(Load(json)->eos_id(), 300);
  folder_.Write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2})");
  EXPECT_EQ(Load(json)->eos_id(), 300) << "2 is no added token";
  folder_.Write("config.json", R"({"bos_token_id": null, "eos_token_id": 301})");
  EXPECT_EQ(Load(json)->bos_id(), 301);
  EXPECT_EQ(Load(json)->eos_id(), 301);
  folder_.Write("tokenizer_config.json", R"({"eos_token": "<|end|>"})");
  EXPECT_EQ(Load(json)->bos_id(), 300);
  EXPECT_EQ(Load(json)->eos_id(), 300);
}

TEST_F(HfTokenizerTest, SaysWhatItDoesNotSupport) {
  const Json good = File(Model({}));
  Json json = good;
  json["model"]["byte_fallback"] = true;
  EXPECT_EQ(ErrorOf(json),
            "expected a byte-level BPE model, got another BPE model; if it is SentencePiece's, use "
            "the tokenizer sp with its .model file");
  json = good;
  json["normalizer"]["type"] = "Lowercase";
  EXPECT_EQ(ErrorOf(json), "the normalizer Lowercase is not supported; expected none or NFC");
  json = good;
  json["pre_tokenizer"]["type"] = "Metaspace";
  EXPECT_NE(ErrorOf(json).find("pre_tokenizer: Metaspace"), std::string::npos);
  json = good;
  json["pre_tokenizer"].erase("add_prefix_space");
  EXPECT_NE(ErrorOf(json).find("add_prefix_space"), std::string::npos);
  json = good;
  json["pre_tokenizer"] =
      Json::parse(R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "MergedWithNext"})");
  EXPECT_NE(ErrorOf(json).find("MergedWithNext"), std::string::npos);
  json = good;
  AddToken(R"({"id": 301, "content": "x", "lstrip": true})", &json);
  EXPECT_EQ(ErrorOf(json), "the added token 'x' has lstrip, which is not supported");
}

TEST_F(HfTokenizerTest, SaysWhatIsBroken) {
  const Json good = File(Model({}));
  Json json = good;
  json["model"]["vocab"].erase("a");
  EXPECT_EQ(ErrorOf(json), "no token is the byte 0x61; expected one for each of the 256 bytes");
  json = good;
  json["model"]["merges"].push_back("a bb");
  EXPECT_EQ(ErrorOf(json), "the merge \"a bb\" is of tokens that are not in the vocabulary");
  json = good;
  json["model"]["vocab"]["\u4E2D"] = 256;
  EXPECT_EQ(ErrorOf(json), "the token '\u4E2D' is not byte-level");
  json = good;
  json["model"]["vocab"]["aa"] = -1;
  EXPECT_EQ(ErrorOf(json), "expected ids from 0 to 16777216, got -1");
  json = good;
  json["model"]["vocab"]["aa"] = "x";
  EXPECT_NE(ErrorOf(json).find("expected a tokenizer.json of Hugging Face's"), std::string::npos);
  EXPECT_NE(ErrorOf(Json::object()).find("expected a tokenizer.json"), std::string::npos);
  EXPECT_EQ(ErrorOf(Json::array()), "expected a JSON object");
}

}  // namespace
}  // namespace mneme
