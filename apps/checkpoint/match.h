// Whether a checkpoint is of the model at hand.

#ifndef MNEME_APPS_CHECKPOINT_MATCH_H_
#define MNEME_APPS_CHECKPOINT_MATCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "apps/checkpoint/checkpoint.h"

namespace mneme {

struct ExpectedTensor {
  std::string name;
  Shape shape;
};

// OK if the checkpoint's tensors of this kind are exactly those of `model`. Else an error that
// names the first, in the model's order, that differs or is missing:
//   layers.3.feed_forward.w1.weight is [512, 128] in checkpoint 'PATH', [1024, 128] in this model
// or, when all of the model's are there, the first that the model does not have.
absl::Status MatchTensors(const Checkpoint& checkpoint, Holds holds,
                          absl::Span<const ExpectedTensor> model);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_MATCH_H_
