// Golden fixtures: what a reference implementation computed, as one safetensors file
// (tools/reference/golden.py documents the tensors).

#ifndef MNEME_APPS_PARITY_FIXTURE_H_
#define MNEME_APPS_PARITY_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/config/model_schema.h"
#include "nn/optim_config.h"
#include "runtime/core/tensor.h"
#include "runtime/files/safetensors_reader.h"

namespace mneme {

class Fixture {
 public:
  // Errors: a file that is no safetensors file, or lacks metadata that a fixture has.
  static absl::StatusOr<Fixture> Open(const std::string& path);

  const ModelSection& config() const { return config_; }
  // lr, weight_decay, betas, epsilon and clip of the short training run.
  const OptimConfig& optim() const { return optim_; }
  double value_lr() const { return value_lr_; }
  int64_t steps() const { return steps_; }

  bool Contains(absl::string_view name) const { return reader_.Contains(name); }
  // Names that begin with `prefix`, without it.
  std::vector<std::string> NamesUnder(absl::string_view prefix) const;

  // NotFound or InvalidArgument, naming file and tensor, if there is none or its dtype is another.
  absl::StatusOr<std::vector<float>> Floats(absl::string_view name) const;
  absl::StatusOr<std::vector<int64_t>> Ids(absl::string_view name) const;
  absl::StatusOr<Shape> ShapeOf(absl::string_view name) const;

 private:
  explicit Fixture(SafetensorsReader reader) : reader_(std::move(reader)) {}

  absl::Status ReadMetadata();

  SafetensorsReader reader_;
  ModelSection config_;
  OptimConfig optim_;
  double value_lr_ = 0.0;
  int64_t steps_ = 0;
};

}  // namespace mneme

#endif  // MNEME_APPS_PARITY_FIXTURE_H_
