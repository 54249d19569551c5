// mem_keep_ffn: a memory layer beside the feed-forward.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "autograd/core/tape.h"
#include "nn/optim_config.h"
#include "runtime/core/devices.h"

namespace mneme {
namespace {

constexpr ModelConfig kModel = {
    .dim = 12, .n_layers = 3, .n_heads = 2, .multiple_of = 4, .vocab_size = 29};

std::unique_ptr<LanguageModel> Create(const MemoryConfig& memory, Device device) {
  auto model = LanguageModel::Create(kModel, memory, /*seed=*/7, device, DType::kF32);
  CHECK(model.ok()) << model.status();
  return *std::move(model);
}

MemoryConfig MemoryBeside() {
  MemoryConfig memory;
  memory.is_enabled = true;
  memory.layers = {0, 2};
  memory.mem_n_keys = 6;
  memory.mem_heads = 2;
  memory.mem_knn = 3;
  memory.mem_k_dim = 8;
  memory.mem_keep_ffn = true;
  return memory;
}

Tensor Tokens(int64_t shift, Device device) {
  std::vector<int32_t> ids(2 * 9);
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = static_cast<int32_t>((11 * i * i + shift) % kModel.vocab_size);
  }
  return Tensor::From<int32_t>({2, 9}, ids, device);
}

float Loss(LanguageModel* model) {
  return model->Loss(Tokens(0, model->device()), Tokens(1, model->device()))
      .value()
      .ToVector<float>()[0];
}

void Train(LanguageModel* model, int steps) {
  ModelOptimizer optimizer(model, OptimConfig());
  for (int step = 0; step < steps; ++step) {
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(model->Loss(Tokens(0, model->device()), Tokens(1, model->device())));
    optimizer.Step(1e-2, 1e-2);
  }
}

// What a model's memory layers hold, by name.
std::vector<std::pair<std::string, std::vector<float>>> MemoryState(LanguageModel* model) {
  std::vector<std::pair<std::string, std::vector<float>>> state;
  for (const auto& parameter : model->parameters().all()) {
    const bool is_memory = parameter->name.find("feed_forward.w") == std::string::npos &&
                           parameter->name.find("feed_forward") != std::string::npos;
    if (is_memory) state.push_back({parameter->name, parameter->master.ToVector<float>()});
  }
  for (ValueStore* table : model->tables()) {
    state.push_back({table->name(), table->State()[0].tensor.ToVector<float>()});
  }
  return state;
}

struct Variant {
  const char* name;
  void (*change)(MemoryConfig&);
};

class MemoryBesideTest : public testing::TestWithParam<Variant> {};

TEST_P(MemoryBesideTest, StartsWithTheBitsOfTheModelWithoutItAndLearns) {
  MemoryConfig memory = MemoryBeside();
  GetParam().change(memory);
  for (const Device device : AvailableDevices()) {
    const auto dense = Create({}, device);
    const auto model = Create(memory, device);
    EXPECT_EQ(Loss(model.get()), Loss(dense.get()));
    const auto before = MemoryState(model.get());
    ASSERT_GT(before.size(), 4u);
    Train(model.get(), 3);
    Train(dense.get(), 3);
    EXPECT_NE(Loss(model.get()), Loss(dense.get()));
    const auto after = MemoryState(model.get());
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_NE(after[i].second, before[i].second) << before[i].first << " never changed";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, MemoryBesideTest,
    testing::Values(Variant{"swilu", [](MemoryConfig&) {}},
                    Variant{"sum", [](MemoryConfig& m) { m.swilu_projection = false; }},
                    Variant{"projected",
                            [](MemoryConfig& m) {
                              m.swilu_projection = false;
                              m.mem_v_dim = 5;
                            }},
                    Variant{"separate", [](MemoryConfig& m) { m.mem_share_values = false; }},
                    Variant{"gated", [](MemoryConfig& m) { m.mem_gated = true; }},
                    Variant{"peer", [](MemoryConfig& m) { m.peer_variant = true; }}),
    [](const auto& info) { return info.param.name; });

TEST(MemoryInsteadTest, WithoutMemKeepFfnTheMemoryReplacesTheFeedForward) {
  MemoryConfig memory = MemoryBeside();
  EXPECT_NE(Create(memory, Device::Cpu())->parameters().Find("layers.2.feed_forward.w1.weight"),
            nullptr);
  memory.mem_keep_ffn = false;
  const auto model = Create(memory, Device::Cpu());
  EXPECT_EQ(model->parameters().Find("layers.2.feed_forward.w1.weight"), nullptr);
  EXPECT_NE(model->parameters().Find("layers.1.feed_forward.w1.weight"), nullptr);
  EXPECT_NE(Loss(model.get()), Loss(Create({}, Device::Cpu()).get()));
}

}  // namespace
}  // namespace mneme
