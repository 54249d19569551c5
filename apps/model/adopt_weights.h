// Starting a model from the weights of another, which may be without its memory layers.

#ifndef MNEME_APPS_MODEL_ADOPT_WEIGHTS_H_
#define MNEME_APPS_MODEL_ADOPT_WEIGHTS_H_

#include <cstdint>
#include <set>

#include "absl/status/statusor.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/model/language_model.h"

namespace mneme {

// Blocks in which the model and the checkpoint differ.
struct AdoptedWeights {
  std::set<int64_t> new_memory;  // not, or not all of it, in the checkpoint: as it was drawn
  std::set<int64_t> replaced;    // a feed-forward in the checkpoint, a memory layer instead here
};

// Copies weights and rows, by name, into `model`, which keeps what it has for memory layers that
// the checkpoint does not. Moments and counts stay out. Rows of another values_dtype are rounded or
// widened, through copies that take less memory than the moments will. Errors: anything else that
// is missing on one side or has another shape, naming it, before anything is changed; a damaged
// file.
absl::StatusOr<AdoptedWeights> AdoptWeights(const Checkpoint& checkpoint, LanguageModel* model);

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_ADOPT_WEIGHTS_H_
