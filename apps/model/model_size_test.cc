#include "apps/model/model_size.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "apps/model/language_model.h"
#include "autograd/core/tape.h"
#include "runtime/core/memory.h"

namespace mneme {
namespace {

struct Case {
  std::string name;
  ModelConfig model;
  MemoryConfig memory;
};

std::vector<Case> Cases() {
  ModelConfig model;
  model.dim = 64;
  model.n_layers = 3;
  model.n_heads = 4;
  model.multiple_of = 32;
  model.vocab_size = 300;
  MemoryConfig memory;
  memory.is_enabled = true;
  memory.layers = {0, 2};
  memory.mem_n_keys = 32;
  memory.mem_heads = 2;
  memory.mem_knn = 8;
  memory.mem_k_dim = 16;
  std::vector<Case> cases = {{"dense", model, {}}, {"memory", model, memory}};
  const auto add = [&](const std::string& name, auto change) {
    cases.push_back({name, model, memory});
    change(cases.back().model, cases.back().memory);
  };
  add("grouped heads, tied", [](ModelConfig& m, MemoryConfig&) {
    m.n_kv_heads = 2;
    m.head_dim = 24;
    m.weight_tying = true;
    m.ffn_dim_multiplier = 1.3;
  });
  add("narrow rows", [](ModelConfig&, MemoryConfig& m) { m.mem_v_dim = 40; });
  add("narrow rows, no swilu", [](ModelConfig&, MemoryConfig& m) {
    m.mem_v_dim = 40;
    m.swilu_projection = false;
  });
  add("bare", [](ModelConfig&, MemoryConfig& m) { m.swilu_projection = false; });
  add("gated, normalised", [](ModelConfig&, MemoryConfig& m) {
    m.mem_gated = true;
    m.qk_norm = true;
  });
  add("beside the feed-forward", [](ModelConfig&, MemoryConfig& m) { m.mem_keep_ffn = true; });
  add("peer, tables of their own", [](ModelConfig&, MemoryConfig& m) {
    m.peer_variant = true;
    m.mem_share_values = false;
  });
  add("peer", [](ModelConfig&, MemoryConfig& m) { m.peer_variant = true; });
  return cases;
}

std::unique_ptr<LanguageModel> Make(const Case& c) {
  auto model = LanguageModel::Create(c.model, c.memory, 1, Device::Cpu(), DType::kF32);
  CHECK(model.ok()) << model.status();
  return *std::move(model);
}

TEST(ModelSizeTest, ParametersAreCounted) {
  for (const Case& c : Cases()) {
    EXPECT_EQ(NumDenseParameters(c.model, c.memory), Make(c)->parameters().NumElements()) << c.name;
  }
}

// The CPU hands out memory in size classes, up to an eighth more than was asked for.
TEST(ModelSizeTest, ActivationsAreEstimated) {
  const int64_t batch = 2, length = 96;
  for (const Case& c : Cases()) {
    const auto model = Make(c);
    const Tensor tokens = Tensor::Zeros({batch, length}, DType::kI32, Device::Cpu());
    const int64_t before = cpu::BytesInUse();
    Tape tape;
    TapeScope scope(&tape);
    const Variable loss = model->Loss(tokens, tokens);
    const double kept = static_cast<double>(cpu::BytesInUse() - before);
    const double estimate = static_cast<double>(
        EstimateActivations(c.model, c.memory, batch, length, Device::Cpu(), DType::kF32).kept);
    EXPECT_TRUE(kept >= 0.99 * estimate && kept <= 1.13 * estimate)
        << c.name << ": " << kept << " of an estimated " << estimate;
  }
}

}  // namespace
}  // namespace mneme
