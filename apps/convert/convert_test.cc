#include "apps/convert/convert.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/model/model_state.h"
#include "data/tokenizer/byte_level.h"
#include "runtime/core/float16.h"
#include "runtime/files/file_util.h"
#include "runtime/files/safetensors_reader.h"
#include "runtime/files/safetensors_writer.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

constexpr char kGolden[] = "apps/convert/testdata/hf_llama";

absl::Status ConvertQuietly(const ConvertArgs& args) {
  const int fd = open("/dev/null", O_WRONLY);
  absl::Status status;
  {
    Screen screen(fd);
    status = Convert(args, &screen);
  }
  close(fd);
  return status;
}

template <class T>
std::vector<T> Read(const SafetensorsReader& reader, const std::string& name) {
  const auto view = reader.Find(name);
  CHECK(view.ok()) << view.status();
  CHECK(view->dtype == DTypeOf<T>::value) << name;
  std::vector<T> values(view->bytes / sizeof(T));
  std::memcpy(values.data(), view->data, view->bytes);
  return values;
}

SafetensorsReader Open(const std::string& path) {
  auto reader = SafetensorsReader::Open(path);
  CHECK(reader.ok()) << reader.status();
  return *std::move(reader);
}

std::vector<float> Logits(LanguageModel* model, const Shape& shape,
                          const std::vector<int64_t>& ids) {
  const std::vector<int32_t> tokens(ids.begin(), ids.end());
  return model->Logits(Tensor::From<int32_t>(shape, tokens)).value().ToVector<float>();
}

LoadedModel Load(const std::string& run) {
  auto loaded = LoadModel(run, Device::Cpu(), DType::kF32);
  CHECK(loaded.ok()) << loaded.status();
  return *std::move(loaded);
}

// A copy of the golden model whose files may be changed.
class HfFolder {
 public:
  HfFolder() {
    std::filesystem::copy_file(absl::StrCat(kGolden, "/config.json"), File("config.json"));
    const SafetensorsReader reader = Open(absl::StrCat(kGolden, "/model.safetensors"));
    for (const std::string& name : reader.names()) {
      weights_[name] = {reader.Find(name)->shape, Read<float>(reader, name)};
    }
  }

  const std::string& path() const { return dir_.path(); }
  std::string File(const std::string& name) const { return dir_.File(name); }
  std::map<std::string, std::pair<Shape, std::vector<float>>>& weights() { return weights_; }

  void Replace(const std::string& from, const std::string& to) {
    const std::string config = *ReadFile(File("config.json"));
    CHECK_NE(config.find(from), std::string::npos) << from;
    std::ofstream(File("config.json")) << absl::StrReplaceAll(config, {{from, to}});
  }

  // Writes the weights whose names `wanted` likes, as T.
  template <class T>
  void Write(const std::string& file, bool (*wanted)(const std::string&)) {
    std::vector<std::vector<T>> values;
    std::vector<SafetensorsItem> items;
    for (const auto& [name, weight] : weights_) {
      if (!wanted(name)) continue;
      values.emplace_back();
      for (const float x : weight.second) values.back().push_back(static_cast<T>(x));
      items.push_back({name, DTypeOf<T>::value, weight.first, nullptr, nullptr});
    }
    for (size_t i = 0; i < items.size(); ++i) items[i].data = values[i].data();
    CHECK(WriteSafetensors(File(file), items, {{"format", "pt"}}).ok());
  }

 private:
  TempDir dir_;
  std::map<std::string, std::pair<Shape, std::vector<float>>> weights_;
};

bool All(const std::string&) { return true; }

std::string ImportError(const HfFolder& folder) {
  TempDir out;
  return std::string(ConvertQuietly({.from = folder.path(), .to = out.path()}).message());
}

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

// Weights and configuration of a run of the reference systems, whose two memory layers share a
// table.
class ReferenceRun {
 public:
  ReferenceRun() {
    const ModelSection section = TinyModelSection();
    MemoryConfig memory = section.memory;
    memory.layers = {0, 1};
    auto made = LanguageModel::Create(section.model, memory, 5, Device::Cpu(), DType::kF32);
    CHECK(made.ok()) << made.status();
    model_ = *std::move(made);
    for (const auto& parameter : model_->parameters().all()) {
      Add(absl::StrReplaceAll(parameter->name, {{".query_proj.", ".query_proj.query_mlps.0."}}),
          parameter->master);
    }
    Add("rope_embeddings.freqs_cis", Tensor::Zeros({4}, DType::kF32, Device::Cpu()));
    std::ofstream(dir_.File("params.json")) << R"({"name": "old", "model": {
        "dim": 16, "n_layers": 2, "n_heads": 2, "multiple_of": 8, "vocab_size": -1,
        "productkey_args": {"is_enabled": true, "layers": "0,1", "mem_n_keys": 8, "mem_heads": 2,
                            "mem_knn": 3, "mem_k_dim": 8}},
        "data": {"seq_len": 24, "tokenizer": {"name": "bytes", "path": null}},
        "distributed": {"fsdp_type": "full_shard"}})";
  }

  LanguageModel* model() { return model_.get(); }
  Tensor table() { return model_->tables()[0]->State()[0].tensor; }
  std::string weights() const { return dir_.File("consolidated.safetensors"); }

  void Add(const std::string& name, const Tensor& tensor) {
    kept_.push_back(tensor);
    items_.push_back({name, tensor.dtype(), tensor.shape(), tensor.raw(), nullptr});
  }

  absl::Status ImportTo(const std::string& to) {
    CHECK(WriteSafetensors(weights(), items_, {}).ok());
    return ConvertQuietly({.from = weights(), .to = to});
  }

 private:
  TempDir dir_;
  std::unique_ptr<LanguageModel> model_;
  std::vector<Tensor> kept_;
  std::vector<SafetensorsItem> items_;
};

void ExpectTheSameModel(ReferenceRun* reference, const std::string& run) {
  const LoadedModel loaded = Load(run);
  EXPECT_EQ(loaded.model->config().vocab_size, 258);
  EXPECT_EQ(Logits(loaded.model.get(), {2, 3}, {1, 2, 3, 200, 100, 0}),
            Logits(reference->model(), {2, 3}, {1, 2, 3, 200, 100, 0}));
}

TEST(ConvertTest, ReferenceWeights) {
  ReferenceRun reference;
  TempDir out;
  reference.Add("layers.0.feed_forward.values.weight", reference.table());
  const absl::Status status = reference.ImportTo(out.path());
  ASSERT_TRUE(status.ok()) << status;
  ExpectTheSameModel(&reference, out.path());
}

TEST(ConvertTest, ASharedTableMayBeThereForAnyLayerOrForAll) {
  ReferenceRun reference;
  TempDir second, both;
  reference.Add("layers.1.feed_forward.values.weight", reference.table());
  ASSERT_TRUE(reference.ImportTo(second.path()).ok());
  ExpectTheSameModel(&reference, second.path());
  reference.Add("layers.0.feed_forward.values.weight", reference.table());
  ASSERT_TRUE(reference.ImportTo(both.path()).ok());
  ExpectTheSameModel(&reference, both.path());
}

TEST(ConvertTest, ReferenceWeightsThatDoNotFitTheirConfiguration) {
  const auto error = [](ReferenceRun* reference) {
    TempDir out;
    return std::string(reference->ImportTo(out.path()).message());
  };
  ReferenceRun without;
  EXPECT_EQ(error(&without), absl::StrCat("'", without.weights(), "' has no tensor ",
                                          "layers.0.feed_forward.values.weight"));
  ReferenceRun unlike;
  unlike.Add("layers.0.feed_forward.values.weight", unlike.table());
  unlike.Add("layers.1.feed_forward.values.weight",
             Tensor::Zeros({64, 16}, DType::kF32, Device::Cpu()));
  EXPECT_NE(error(&unlike).find("mem_share_values: true has it"), std::string::npos)
      << error(&unlike);
  ReferenceRun more;
  more.Add("layers.0.feed_forward.values.weight", more.table());
  more.Add("layers.7.attention.wq.weight", more.table());
  EXPECT_NE(error(&more).find("holds tensor layers.7.attention.wq.weight, which the model of '"),
            std::string::npos)
      << error(&more);
}

}  // namespace
}  // namespace mneme
