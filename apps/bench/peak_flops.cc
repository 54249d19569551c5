#include "apps/bench/peak_flops.h"

#include "absl/strings/match.h"

namespace mneme {
namespace {

struct Peak {
  const char* name;  // a part of the device's
  double half;       // bf16 and f16, tensor cores, no sparsity
  double f32;
};

// The first that fits counts: H100 is the SXM one, as its name does not say so.
constexpr Peak kPeaks[] = {
    {"H100 PCIe", 756, 51.2}, {"H100 NVL", 835, 60}, {"H100", 989.4, 66.9},
    {"H200 NVL", 835, 60},    {"H200", 989.4, 66.9}, {"B200", 2250, 80},
    {"A100", 312, 19.5},      {"L40S", 362, 91.6},   {"RTX 4090", 165.2, 82.6}};

}  // namespace

std::optional<double> PeakTflops(absl::string_view device_name, DType dtype) {
  for (const Peak& peak : kPeaks) {
    if (!absl::StrContains(device_name, peak.name)) continue;
    return dtype == DType::kF32 ? peak.f32 : peak.half;
  }
  return std::nullopt;
}

}  // namespace mneme
