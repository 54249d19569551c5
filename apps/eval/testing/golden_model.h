// The small model of apps/eval/testdata, whose scores are known.

#ifndef MNEME_APPS_EVAL_TESTING_GOLDEN_MODEL_H_
#define MNEME_APPS_EVAL_TESTING_GOLDEN_MODEL_H_

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "apps/config/model_schema.h"
#include "apps/model/language_model.h"
#include "runtime/files/safetensors_reader.h"

namespace mneme {

inline constexpr char kGoldenFolder[] = "apps/eval/testdata";

inline std::unique_ptr<LanguageModel> LoadGoldenModel(Device device) {
  const auto file = SafetensorsReader::Open(std::string(kGoldenFolder) + "/model.safetensors");
  CHECK(file.ok()) << file.status();
  const auto config = ParseModelYaml(file->metadata().at("config"), "metadata");
  CHECK(config.ok()) << config.status();
  auto model = LanguageModel::Create(config->model, config->memory, 0, device, DType::kF32);
  CHECK(model.ok()) << model.status();
  const auto load = [&file](const std::string& name, Tensor tensor) {
    const auto view = file->Find(name);
    CHECK(view.ok() && view->dtype == DType::kF32) << name << ": " << view.status();
    std::vector<float> values(view->bytes / sizeof(float));
    std::memcpy(values.data(), view->data, view->bytes);
    CHECK_EQ(static_cast<int64_t>(values.size()), tensor.numel()) << name;
    tensor.CopyFromHost(values.data());
  };
  for (const auto& parameter : (*model)->parameters().all()) {
    load(parameter->name, parameter->master);
  }
  (*model)->parameters().RefreshCopies();
  for (ValueStore* table : (*model)->tables()) {
    for (const StoreTensor& piece : table->State()) {
      if (piece.name == table->name()) load(piece.name, piece.tensor);
    }
    table->FinishRestore();
  }
  return *std::move(model);
}

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_TESTING_GOLDEN_MODEL_H_
