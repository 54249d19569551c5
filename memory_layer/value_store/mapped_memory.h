// Large memory straight from the system.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_MAPPED_MEMORY_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_MAPPED_MEMORY_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/tensor.h"

namespace mneme {

// A tensor in host memory of its own, which reads as zero and takes no memory until it is written
// to: page by page, huge pages where the system has them. `what` names it in an error. Refused when
// the system has no room for it even as an address range.
absl::StatusOr<Tensor> MapZeros(const Shape& shape, DType dtype, absl::string_view what);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_MAPPED_MEMORY_H_
