#include "apps/convert/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/convert/test_convert.h"
#include "apps/eval/testing/tiny_model.h"
#include "data/tokenizer/byte_level.h"
#include "nlohmann/json.hpp"
#include "runtime/core/float16.h"
#include "runtime/files/file_util.h"
#include "runtime/files/safetensors_reader.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

TEST(ConvertTest, HuggingFaceLogits) {
  TempDir out;
  const absl::Status status = ConvertQuietly({.from = kGolden, .to = out.path()});
  ASSERT_TRUE(status.ok()) << status;
  const LoadedModel loaded = Load(out.path());
  EXPECT_EQ(loaded.tokenizer->name(), "bytes");
  const SafetensorsReader expected = Open(absl::StrCat(kGolden, "/expected.safetensors"));
  const Shape shape = expected.Find("tokens")->shape;
  const std::vector<float> logits =
      Logits(loaded.model.get(), shape, Read<int64_t>(expected, "tokens"));
  const std::vector<float> reference = Read<float>(expected, "logits");
  ASSERT_EQ(logits.size(), reference.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    ASSERT_TRUE(std::abs(logits[i] - reference[i]) <= 1e-5)
        << i << ": " << logits[i] << " and " << reference[i];
  }
}

TEST(ConvertTest, ThereAndBackIsTheSame) {
  TempDir run, back, again;
  ASSERT_TRUE(ConvertQuietly({.from = kGolden, .to = run.path()}).ok());
  const absl::Status status = ConvertQuietly({.from = run.path(), .to = back.File("hf")});
  ASSERT_TRUE(status.ok()) << status;
  const SafetensorsReader first = Open(absl::StrCat(kGolden, "/model.safetensors"));
  const SafetensorsReader second = Open(back.File("hf/model.safetensors"));
  EXPECT_EQ(second.metadata().at("format"), "pt");
  EXPECT_EQ(second.names().size(), first.names().size());
  for (const std::string& name : first.names()) {
    EXPECT_EQ(second.Find(name)->shape, first.Find(name)->shape) << name;
    EXPECT_EQ(Read<float>(second, name), Read<float>(first, name)) << name;
  }
  const auto config = nlohmann::json::parse(*ReadFile(back.File("hf/config.json")));
  const auto golden = nlohmann::json::parse(*ReadFile(absl::StrCat(kGolden, "/config.json")));
  for (const char* key :
       {"architectures", "bos_token_id", "eos_token_id", "head_dim", "hidden_size",
        "intermediate_size", "max_position_embeddings", "model_type", "num_attention_heads",
        "num_hidden_layers", "num_key_value_heads", "rms_norm_eps", "tie_word_embeddings",
        "vocab_size"}) {
    EXPECT_EQ(config[key], golden[key]) << key;
  }
  EXPECT_EQ(config["rope_theta"], golden["rope_parameters"]["rope_theta"]);
  ASSERT_TRUE(ConvertQuietly({.from = back.File("hf"), .to = again.path()}).ok());
  EXPECT_EQ(ConvertQuietly({.from = run.path(), .to = back.File("hf")}).message(),
            absl::StrCat("'", back.File("hf/config.json"), "' exists; choose another folder"));
}

TEST(ConvertTest, HalfPrecisionAndShardsComeIn) {
  HfFolder folder;
  folder.Write<bf16>("model-00001-of-00002.safetensors",
                     [](const std::string& name) { return name < "model.layers.1"; });
  folder.Write<f16>("model-00002-of-00002.safetensors",
                    [](const std::string& name) { return name >= "model.layers.1"; });
  std::ofstream(folder.File("model.safetensors.index.json"))
      << R"({"weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors",
                            "model.norm.weight": "model-00002-of-00002.safetensors"}})";
  TempDir out;
  const absl::Status status = ConvertQuietly({.from = folder.path(), .to = out.path()});
  ASSERT_TRUE(status.ok()) << status;
  const LoadedModel loaded = Load(out.path());
  const auto values = [&](const char* name) {
    return loaded.model->parameters().Find(name)->master.ToVector<float>();
  };
  std::vector<float> embeddings = folder.weights().at("model.embed_tokens.weight").second;
  for (float& x : embeddings) x = static_cast<float>(bf16(x));
  EXPECT_EQ(values("tok_embeddings.weight"), embeddings);
  std::vector<float> norm = folder.weights().at("model.norm.weight").second;
  for (float& x : norm) x = static_cast<float>(f16(x));
  EXPECT_EQ(values("norm.weight"), norm);

  std::filesystem::remove(folder.File("model-00002-of-00002.safetensors"));
  EXPECT_NE(ImportError(folder).find("/model-00002-of-00002.safetensors'"), std::string::npos)
      << ImportError(folder);
}

TEST(ConvertTest, ShardsGoOutAndComeIn) {
  TempDir run, back, again;
  ASSERT_TRUE(ConvertQuietly({.from = kGolden, .to = run.path()}).ok());
  const absl::Status status = ConvertQuietly(
      {.from = run.path(), .to = back.path(), .dtype = DType::kBF16, .max_shard_bytes = 40'000});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_FALSE(std::filesystem::exists(back.File("model.safetensors")));
  const auto index = nlohmann::json::parse(*ReadFile(back.File("model.safetensors.index.json")));
  for (const auto& [name, file] : index["weight_map"].items()) {
    EXPECT_TRUE(Open(back.File(file.get<std::string>())).Contains(name)) << name;
  }
  EXPECT_EQ(index["metadata"]["total_size"],
            2 * Load(run.path()).model->parameters().NumElements());
  ASSERT_TRUE(ConvertQuietly({.from = back.path(), .to = again.path()}).ok());
  const auto tokens = std::vector<int64_t>{1, 2, 3, 250, 7, 7};
  const auto exact = Logits(Load(run.path()).model.get(), {1, 6}, tokens);
  const auto rounded = Logits(Load(again.path()).model.get(), {1, 6}, tokens);
  double worst = 0.0;
  for (size_t i = 0; i < exact.size(); ++i) {
    worst = std::max<double>(worst, std::abs(exact[i] - rounded[i]));
  }
  EXPECT_GT(worst, 0.0);
  EXPECT_TRUE(worst <= 0.1) << worst;
}

TEST(ConvertTest, TiedEmbeddings) {
  HfFolder folder;
  folder.Replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
  folder.Write<float>("model.safetensors",
                      [](const std::string& name) { return name != "lm_head.weight"; });
  TempDir without, back, with;
  ASSERT_TRUE(ConvertQuietly({.from = folder.path(), .to = without.path()}).ok());
  const LoadedModel loaded = Load(without.path());
  EXPECT_TRUE(loaded.model->config().weight_tying);
  ASSERT_TRUE(ConvertQuietly({.from = without.path(), .to = back.path()}).ok());
  EXPECT_FALSE(Open(back.File("model.safetensors")).Contains("lm_head.weight"));
  // A file that holds the tied tensor a second time.
  folder.Write<float>("model.safetensors", All);
  ASSERT_TRUE(ConvertQuietly({.from = folder.path(), .to = with.path()}).ok());
  EXPECT_EQ(Logits(Load(with.path()).model.get(), {1, 3}, {5, 6, 7}),
            Logits(loaded.model.get(), {1, 3}, {5, 6, 7}));
}

TEST(ConvertTest, WhatDoesNotFitIsNamed) {
  HfFolder folder;
  EXPECT_EQ(ImportError(folder), absl::StrCat("'", folder.path(), "' has no .safetensors files; ",
                                              "other formats must be saved as such first"));
  folder.weights()["model.layers.0.mlp.gate_proj.bias"] = {{80}, std::vector<float>(80)};
  folder.Write<float>("model.safetensors", All);
  EXPECT_EQ(ImportError(folder), absl::StrCat("'", folder.path(), "' holds tensor ",
                                              "model.layers.0.mlp.gate_proj.bias, which a plain ",
                                              "Llama does not have"));
  folder.weights().erase("model.layers.0.mlp.gate_proj.bias");
  folder.weights().erase("model.layers.2.self_attn.k_proj.weight");
  folder.Write<float>("model.safetensors", All);
  EXPECT_EQ(ImportError(folder), absl::StrCat("'", folder.path(), "' has no tensor ",
                                              "model.layers.2.self_attn.k_proj.weight"));
  folder.Write<float>("copy.safetensors", All);
  std::filesystem::rename(folder.File("model.safetensors"), folder.File("first.safetensors"));
  EXPECT_NE(ImportError(folder).find("and in another file"), std::string::npos);
  std::filesystem::rename(folder.File("copy.safetensors"), folder.File("model.safetensors"));
  folder.Replace("\"intermediate_size\": 80", "\"intermediate_size\": 81");
  EXPECT_EQ(ImportError(folder),
            absl::StrCat("'", folder.path(), "/model.safetensors': tensor model.layers.0.mlp.",
                         "gate_proj.weight is f32 [80, 48]; expected f32, bf16 or f16 [81, 48]"));
  folder.Replace("\"vocab_size\": 258", "\"vocab_size\": 257");
  TempDir nowhere;
  EXPECT_EQ(ConvertQuietly({.from = nowhere.path(), .to = nowhere.File("x")}).message(),
            absl::StrCat("'", nowhere.path(), "' is no Hugging Face folder (no config.json), no ",
                         "safetensors with their configuration (no params.json), and no ",
                         "checkpoint (no manifest.json)"));
  EXPECT_EQ(ConvertQuietly({.from = "/none", .to = "x"}).message(), "there is no '/none'");
  EXPECT_EQ(ConvertQuietly({}).message(), "set from and to; --help says to what");
}

TEST(ConvertTest, TheTokenizerMustFit) {
  HfFolder folder;
  folder.Replace("\"vocab_size\": 258", "\"vocab_size\": 200");
  for (const char* name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    folder.weights()[name] = {{200, 48}, std::vector<float>(200 * 48)};
  }
  folder.Write<float>("model.safetensors", All);
  EXPECT_EQ(ImportError(folder),
            absl::StrCat("'", folder.path(), "' has no tokenizer.model or ",
                         "tokenizer.json; set tokenizer.name and ", "tokenizer.path"));
  TempDir out;
  EXPECT_EQ(ConvertQuietly({.from = folder.path(), .to = out.path(), .tokenizer = {"bytes", ""}})
                .message(),
            absl::StrCat("tokenizer bytes has 258 ids, but the model of '", folder.path(),
                         "' has room for 200; set tokenizer.name and tokenizer.path to the ",
                         "model's own"));
}

// A tokenizer.json of the bytes, <|begin|>, which is 256, and <|end|>.
std::string ByteLevelTokenizer() {
  auto json = nlohmann::json::parse(R"({
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "added_tokens": [{"id": 256, "content": "<|begin|>", "special": true},
                     {"id": 257, "content": "<|end|>", "special": true}],
    "model": {"type": "BPE", "merges": []}})");
  for (int byte = 0; byte < 256; ++byte) {
    json["model"]["vocab"][ToByteLevel(std::string(1, static_cast<char>(byte)))] = byte;
  }
  return json.dump();
}

TEST(ConvertTest, ARunStandsAloneWithItsTokenizer) {
  HfFolder folder;
  folder.Write<float>("model.safetensors", All);
  TempDir hf, run, moved, back, again;
  std::ofstream(hf.File("tokenizer.json")) << ByteLevelTokenizer();
  std::ofstream(hf.File("tokenizer_config.json"))
      << R"({"bos_token": "<|begin|>", "eos_token": "<|end|>"})";
  // A folder as the tokenizer's path.
  const absl::Status status =
      ConvertQuietly({.from = folder.path(), .to = run.path(), .tokenizer = {"hf", hf.path()}});
  ASSERT_TRUE(status.ok()) << status;
  std::filesystem::remove(hf.File("tokenizer.json"));
  std::filesystem::rename(run.path(), moved.File("run"));
  const LoadedModel loaded = Load(moved.File("run"));
  EXPECT_EQ(loaded.tokenizer->name(), "hf");
  EXPECT_EQ(loaded.tokenizer->bos_id(), 256);
  EXPECT_EQ(loaded.tokenizer->eos_id(), 257);

  ASSERT_TRUE(ConvertQuietly({.from = moved.File("run"), .to = back.path()}).ok());
  EXPECT_EQ(*ReadFile(back.File("tokenizer.json")), ByteLevelTokenizer());
  EXPECT_TRUE(std::filesystem::exists(back.File("tokenizer_config.json")));
  // The ids of config.json serve as well.
  std::filesystem::remove(back.File("tokenizer_config.json"));
  ASSERT_TRUE(ConvertQuietly({.from = back.path(), .to = again.path()}).ok());
  EXPECT_EQ(Load(again.path()).tokenizer->eos_id(), 257);
}

TEST(ConvertTest, SoDoesOneWithASentencePieceModel) {
  HfFolder folder;
  folder.Replace("\"vocab_size\": 258", "\"vocab_size\": 640");  // rows for more than its 600 ids
  for (const char* name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    folder.weights()[name] = {{640, 48}, std::vector<float>(640 * 48)};
  }
  folder.Write<float>("model.safetensors", All);
  TempDir run, back;
  const std::string model = "data/tokenizer/testdata/tiny_bpe.model";
  ASSERT_TRUE(
      ConvertQuietly({.from = folder.path(), .to = run.path(), .tokenizer = {"sp", model}}).ok());
  EXPECT_EQ(Load(run.path()).tokenizer->vocab_size(), 600);
  ASSERT_TRUE(ConvertQuietly({.from = run.path(), .to = back.path()}).ok());
  EXPECT_EQ(*ReadFile(back.File("tokenizer.model")), *ReadFile(model));
  const absl::Status other =
      LoadModel(run.path(), Device::Cpu(), DType::kF32, {"bytes", ""}).status();
  EXPECT_NE(other.message().find("was trained with one of 600, sp '"), absl::string_view::npos)
      << other;
}

TEST(ConvertTest, AnImportDoesNotOverwrite) {
  TempDir out;
  ASSERT_TRUE(ConvertQuietly({.from = kGolden, .to = out.path()}).ok());
  EXPECT_EQ(ConvertQuietly({.from = kGolden, .to = out.path()}).message(),
            absl::StrCat("'", out.path(), "' has checkpoints already; choose another folder"));
}

TEST(ConvertTest, MemoryLayersHaveNoPlaceInALlama) {
  const TestFolder folder;
  const auto model = MakeTinyModel();
  const std::string run = folder.WriteRun(model.get(), 3);
  const absl::Status status = ConvertQuietly({.from = run, .to = folder.path() + "/hf"});
  EXPECT_NE(status.message().find("has memory layers, for which"), absl::string_view::npos)
      << status;
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/hf"));
}

}  // namespace
}  // namespace mneme
