// A model so small that tests can afford it, and a folder for its checkpoint.

#ifndef MNEME_APPS_EVAL_TESTING_TINY_MODEL_H_
#define MNEME_APPS_EVAL_TESTING_TINY_MODEL_H_

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/checkpoint/write.h"
#include "apps/config/model_params.h"
#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "apps/model/model_state.h"
#include "data/testing/temp_folder.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {

// Two blocks, the second with a memory layer of 64 rows; bytes; sequences of up to 24.
inline ModelSection TinyModelSection() {
  ModelSection section;
  section.model = {.dim = 16,
                   .n_layers = 2,
                   .n_heads = 2,
                   .multiple_of = 8,
                   .vocab_size = ByteTokenizer::kVocabSize,
                   .max_seqlen = 24};
  section.memory = {.is_enabled = true,
                    .layers = {1},
                    .mem_n_keys = 8,
                    .mem_heads = 2,
                    .mem_knn = 3,
                    .mem_k_dim = 8};
  return section;
}

inline std::unique_ptr<LanguageModel> MakeTinyModel(uint64_t seed = 1,
                                                    Device device = Device::Cpu()) {
  const ModelSection section = TinyModelSection();
  auto model = LanguageModel::Create(section.model, section.memory, seed, device, DType::kF32);
  CHECK(model.ok()) << model.status();
  return *std::move(model);
}

// log p(tokens[t] | tokens before it) for t >= 1, in double, from a forward pass over this row
// alone. Element 0 is 0.
inline std::vector<double> TokenLogLikelihoods(LanguageModel* model,
                                               const std::vector<int32_t>& tokens) {
  const int64_t length = static_cast<int64_t>(tokens.size());
  const int64_t vocab_size = model->config().vocab_size;
  const std::vector<float> logits =
      model->Logits(Tensor::From<int32_t>({1, length}, tokens)).value().ToVector<float>();
  std::vector<double> result = {0.0};
  for (int64_t t = 1; t < length; ++t) {
    const float* row = logits.data() + (t - 1) * vocab_size;
    double sum = 0.0;
    for (int64_t v = 0; v < vocab_size; ++v) sum += std::exp(static_cast<double>(row[v]));
    result.push_back(row[tokens[t]] - std::log(sum));
  }
  return result;
}

// With a run in it.
class TestFolder : public TempFolder {
 public:
  // A run directory with one checkpoint of the model. Returns its path.
  std::string WriteRun(LanguageModel* model, int64_t step, const std::string& tokenizer = "bytes",
                       std::optional<int64_t> tokenizer_size = std::nullopt) const {
    ModelOptimizer optimizer(model, OptimConfig());
    CheckpointContents contents;
    AddModelState(model, &optimizer, &contents);
    contents.state.step = step;
    contents.params = ModelParamsToJson({.model = {model->config(), model->memory_config()},
                                         .tokenizer = {.name = tokenizer},
                                         .tokenizer_size = tokenizer_size});
    const std::string run = File("run");
    const auto written = WriteCheckpoint(run, contents, {});
    CHECK(written.ok()) << written.status();
    return run;
  }
};

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_TESTING_TINY_MODEL_H_
