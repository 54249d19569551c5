// What GPUs can compute at most.

#ifndef MNEME_APPS_BENCH_PEAK_FLOPS_H_
#define MNEME_APPS_BENCH_PEAK_FLOPS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "runtime/core/dtype.h"

namespace mneme {

// TFLOP/s of dense matrix products in `dtype`, f32 without TF32, from the makers' data sheets, of
// the GPU that DeviceName names. Unset for one that is not known.
std::optional<double> PeakTflops(absl::string_view device_name, DType dtype);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_PEAK_FLOPS_H_
