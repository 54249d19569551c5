#include "apps/model/adopt_weights.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/checkpoint/find.h"
#include "apps/checkpoint/write.h"
#include "apps/model/model_optimizer.h"
#include "apps/model/model_state.h"
#include "nn/optim_config.h"
#include "runtime/core/devices.h"
#include "runtime/files/temp_dir.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

using Blocks = std::set<int64_t>;

ModelConfig Model() {
  return {.dim = 12, .n_layers = 3, .n_heads = 2, .multiple_of = 4, .vocab_size = 29};
}

MemoryConfig Memory(std::vector<int64_t> layers, bool keep_ffn) {
  MemoryConfig memory;
  memory.is_enabled = true;
  memory.layers = std::move(layers);
  memory.mem_n_keys = 6;
  memory.mem_heads = 2;
  memory.mem_knn = 3;
  memory.mem_k_dim = 8;
  memory.mem_keep_ffn = keep_ffn;
  return memory;
}

std::unique_ptr<LanguageModel> Create(const MemoryConfig& memory, uint64_t seed,
                                      Device device = Device::Cpu(), ModelConfig config = Model()) {
  auto model = LanguageModel::Create(config, memory, seed, device, DType::kF32);
  CHECK(model.ok()) << model.status();
  return *std::move(model);
}

float Loss(LanguageModel* model) {
  std::vector<int32_t> ids(2 * 9);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(11 * i * i % 29);
  const Tensor tokens = Tensor::From<int32_t>({2, 9}, ids, model->device());
  return model->Loss(tokens, tokens).value().ToVector<float>()[0];
}

// The model's checkpoint, in a folder that is gone with this object.
class Saved {
 public:
  explicit Saved(LanguageModel* model) {
    ModelOptimizer optimizer(model, OptimConfig());
    CheckpointContents contents;
    AddModelState(model, &optimizer, &contents);
    const auto written = WriteCheckpoint(dir_.path(), contents, {});
    CHECK(written.ok()) << written.status();
    checkpoint_ = FindLatestCheckpoint(dir_.path(), Verify::kSizes).checkpoint;
  }
  const Checkpoint& checkpoint() const { return *checkpoint_; }

 private:
  TempDir dir_;
  std::optional<Checkpoint> checkpoint_;
};

TEST(AdoptWeightsTest, MemoryBesideTheFeedForwardLeavesTheLossAsItWas) {
  const auto pretrained = Create({}, 1);
  const Saved saved(pretrained.get());
  for (const Device device : AvailableDevices()) {
    const auto dense = Create({}, 2, device);
    ASSERT_TRUE(AdoptWeights(saved.checkpoint(), dense.get()).ok());
    const auto model = Create(Memory({0, 2}, /*keep_ffn=*/true), 2, device);
    const auto adopted = AdoptWeights(saved.checkpoint(), model.get());
    ASSERT_TRUE(adopted.ok()) << adopted.status();
    EXPECT_EQ(adopted->new_memory, (Blocks{0, 2}));
    EXPECT_EQ(adopted->replaced, Blocks{});
    EXPECT_EQ(Loss(model.get()), Loss(dense.get()));
    if (!device.is_cpu()) continue;
    EXPECT_EQ(Loss(dense.get()), Loss(pretrained.get()));
  }
}

TEST(AdoptWeightsTest, MemoryInPlaceOfTheFeedForward) {
  const auto pretrained = Create({}, 1);
  const Saved saved(pretrained.get());
  const auto model = Create(Memory({1}, /*keep_ffn=*/false), 2);
  const auto drawn = Create(Memory({1}, /*keep_ffn=*/false), 2);
  const auto adopted = AdoptWeights(saved.checkpoint(), model.get());
  ASSERT_TRUE(adopted.ok()) << adopted.status();
  EXPECT_EQ(adopted->new_memory, Blocks{1});
  EXPECT_EQ(adopted->replaced, Blocks{1});
  const auto values = [](LanguageModel* m, const char* name) {
    return m->parameters().Find(name)->master.ToVector<float>();
  };
  for (const char* name : {"layers.1.attention.wq.weight", "layers.2.feed_forward.w2.weight"}) {
    EXPECT_EQ(values(model.get(), name), values(pretrained.get(), name)) << name;
  }
  const char* const keys = "layers.1.feed_forward.keys";
  EXPECT_EQ(values(model.get(), keys), values(drawn.get(), keys));
}

TEST(AdoptWeightsTest, MemoryThatIsThereComesAlong) {
  const auto pretrained = Create(Memory({1}, /*keep_ffn=*/false), 1);
  const Saved saved(pretrained.get());
  const auto model = Create(Memory({1}, /*keep_ffn=*/false), 2);
  const auto adopted = AdoptWeights(saved.checkpoint(), model.get());
  ASSERT_TRUE(adopted.ok()) << adopted.status();
  EXPECT_TRUE(adopted->new_memory.empty() && adopted->replaced.empty());
  EXPECT_EQ(Loss(model.get()), Loss(pretrained.get()));
}

TEST(AdoptWeightsTest, RowsChangeTheirDType) {
  const auto rows = [](LanguageModel* model) { return model->tables()[0]->State()[0].tensor; };
  MemoryConfig wide = Memory({1}, /*keep_ffn=*/false), narrow = wide;
  narrow.zero_copy = true;
  narrow.values_dtype = ValuesDType::kBf16;
  const auto from_wide = Create(wide, 1), from_narrow = Create(narrow, 1);
  const Saved saved_wide(from_wide.get()), saved_narrow(from_narrow.get());
  for (const Device device : AvailableDevices()) {
    const auto to_narrow = Create(narrow, 2, device), to_wide = Create(wide, 2, device);
    ASSERT_TRUE(AdoptWeights(saved_wide.checkpoint(), to_narrow.get()).ok());
    EXPECT_EQ(Cast(rows(to_narrow.get()), DType::kF32).ToVector<float>(),
              Cast(Cast(rows(from_wide.get()), DType::kBF16), DType::kF32).ToVector<float>());
    ASSERT_TRUE(AdoptWeights(saved_narrow.checkpoint(), to_wide.get()).ok());
    EXPECT_EQ(rows(to_wide.get()).ToVector<float>(),
              Cast(rows(from_narrow.get()), DType::kF32).ToVector<float>());
  }
}

TEST(AdoptWeightsTest, WhatElseDiffersIsNamed) {
  const auto error = [](LanguageModel* from, LanguageModel* to) {
    const Saved saved(from);
    const float before = Loss(to);
    const auto adopted = AdoptWeights(saved.checkpoint(), to);
    EXPECT_EQ(Loss(to), before);
    return std::string(adopted.status().message());
  };
  const auto dense = Create({}, 1);
  const auto with_memory = Create(Memory({1}, /*keep_ffn=*/false), 1);
  EXPECT_NE(error(with_memory.get(), dense.get())
                .find("layers.1.feed_forward.w1.weight, [32, 12] "
                      "in this model, is missing in checkpoint"),
            std::string::npos);
  ModelConfig tied = Model();
  tied.weight_tying = true;
  EXPECT_NE(error(dense.get(), Create({}, 1, Device::Cpu(), tied).get())
                .find("output.weight, [29, 12] in checkpoint"),
            std::string::npos);
  ModelConfig wide = Model();
  wide.multiple_of = 40;
  EXPECT_NE(error(dense.get(), Create({}, 1, Device::Cpu(), wide).get())
                .find("'layers.0.feed_forward.w1.weight' is f32 [32, 12], and f32 [40, 12]"),
            std::string::npos);
}

}  // namespace
}  // namespace mneme
