#include "apps/model/tensor_list.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "apps/model/language_model.h"

namespace mneme {
namespace {

using Shapes = std::map<std::string, Shape>;

// What a model that is made has.
Shapes ShapesOf(const ModelConfig& config, const MemoryConfig& memory) {
  auto model = LanguageModel::Create(config, memory, 1, Device::Cpu(), DType::kF32);
  CHECK(model.ok()) << model.status();
  Shapes shapes;
  for (const auto& parameter : (*model)->parameters().all()) {
    shapes[parameter->name] = parameter->master.shape();
  }
  for (ValueStore* table : (*model)->tables()) {
    shapes[table->name()] = {table->n_rows(), table->dim()};
  }
  return shapes;
}

void ExpectTheModels(const ModelConfig& config, const MemoryConfig& memory) {
  Shapes listed;
  for (const ExpectedTensor& tensor : ModelTensors(config, memory)) {
    EXPECT_TRUE(listed.emplace(tensor.name, tensor.shape).second) << tensor.name;
  }
  EXPECT_EQ(listed, ShapesOf(config, memory));
}

ModelConfig Dense() {
  return {.dim = 24, .n_layers = 4, .n_heads = 3, .multiple_of = 5, .vocab_size = 31};
}

TEST(ModelTensorsTest, Dense) {
  ExpectTheModels(Dense(), {});
  ModelConfig config = Dense();
  config.weight_tying = true;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 10;
  config.ffn_dim_multiplier = 0.7;
  ExpectTheModels(config, {});
}

TEST(ModelTensorsTest, Memory) {
  MemoryConfig base;
  base.layers = {1, 3};
  base.mem_n_keys = 3;
  base.mem_knn = 2;
  base.mem_heads = 2;
  base.mem_k_dim = 6;
  ExpectTheModels(Dense(), base);  // is_enabled is false
  base.is_enabled = true;
  ExpectTheModels(Dense(), base);
  for (const bool flag : {false, true}) {
    MemoryConfig memory = base;
    memory.mem_share_values = memory.swilu_projection = flag;
    ExpectTheModels(Dense(), memory);
    memory.mem_v_dim = 7;
    memory.mem_keep_ffn = true;
    ExpectTheModels(Dense(), memory);
    memory.peer_variant = memory.mem_gated = true;
    ExpectTheModels(Dense(), memory);
  }
}

}  // namespace
}  // namespace mneme
