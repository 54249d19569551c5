// Runs a golden fixture: forward, backward and the training steps, compared tensor by tensor.

#ifndef MNEME_APPS_PARITY_PARITY_H_
#define MNEME_APPS_PARITY_PARITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "apps/parity/report.h"
#include "runtime/core/device.h"
#include "runtime/core/dtype.h"

namespace mneme {

// Groups: logits, loss, lookup (scores; ids may differ only where the scores differ by less than
// 1e-6), grad, train (losses and gradient norms of each step), after (weights after the steps).
// Limits in f32: 1e-5 for what a forward pass gives, 1e-4 for gradients and training, 2e-3 for
// trained weights; ten times that on a GPU, whose sums have another order. In bf16 and f16 only
// the logits are judged, those of the median position, at 3e-2: rounding can make a token pick
// another row, which says nothing of the others.
//
// Errors: a file that cannot be read or is no fixture of this model.
absl::StatusOr<ParityReport> RunParity(const std::string& path, Device device, DType dtype);

}  // namespace mneme

#endif  // MNEME_APPS_PARITY_PARITY_H_
