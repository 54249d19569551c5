#include "apps/checkpoint/match.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace mneme {

absl::Status MatchTensors(const Checkpoint& checkpoint, Holds holds,
                          absl::Span<const ExpectedTensor> model) {
  const std::string in_checkpoint = absl::StrCat("in checkpoint '", checkpoint.path(), "'");
  absl::flat_hash_set<std::string> names;
  for (const ExpectedTensor& expected : model) {
    names.insert(expected.name);
    const CheckpointTensor* tensor = checkpoint.Find(expected.name);
    if (tensor == nullptr || tensor->holds != holds) {
      return absl::InvalidArgumentError(absl::StrCat(expected.name, " is missing ", in_checkpoint,
                                                     ", ", ShapeString(expected.shape),
                                                     " in this model"));
    }
    if (tensor->shape != expected.shape) {
      return absl::InvalidArgumentError(
          absl::StrCat(expected.name, " is ", ShapeString(tensor->shape), " ", in_checkpoint, ", ",
                       ShapeString(expected.shape), " in this model"));
    }
  }
  for (const CheckpointTensor& tensor : checkpoint.tensors()) {
    if (tensor.holds == holds && !names.contains(tensor.name)) {
      return absl::InvalidArgumentError(absl::StrCat(tensor.name, " is ", ShapeString(tensor.shape),
                                                     " ", in_checkpoint,
                                                     ", and this model has no such tensor"));
    }
  }
  return absl::OkStatus();
}

}  // namespace mneme
