#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/convert/test_convert.h"
#include "apps/eval/testing/tiny_model.h"
#include "runtime/files/safetensors_writer.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

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

TEST(ImportReferenceTest, ReferenceWeights) {
  ReferenceRun reference;
  TempDir out;
  reference.Add("layers.0.feed_forward.values.weight", reference.table());
  const absl::Status status = reference.ImportTo(out.path());
  ASSERT_TRUE(status.ok()) << status;
  ExpectTheSameModel(&reference, out.path());
}

TEST(ImportReferenceTest, ASharedTableMayBeThereForAnyLayerOrForAll) {
  ReferenceRun reference;
  TempDir second, both;
  reference.Add("layers.1.feed_forward.values.weight", reference.table());
  ASSERT_TRUE(reference.ImportTo(second.path()).ok());
  ExpectTheSameModel(&reference, second.path());
  reference.Add("layers.0.feed_forward.values.weight", reference.table());
  ASSERT_TRUE(reference.ImportTo(both.path()).ok());
  ExpectTheSameModel(&reference, both.path());
}

TEST(ImportReferenceTest, ReferenceWeightsThatDoNotFitTheirConfiguration) {
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
