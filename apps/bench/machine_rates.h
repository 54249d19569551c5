// What this machine can do: floors under what a benchmark finds.

#ifndef MNEME_APPS_BENCH_MACHINE_RATES_H_
#define MNEME_APPS_BENCH_MACHINE_RATES_H_

#include <string>

#include "absl/status/statusor.h"
#include "apps/bench/report.h"
#include "runtime/core/device.h"
#include "runtime/core/dtype.h"

namespace mneme {

// On the CPU the link and the device's memory are the host's memory.
struct MachineRates {
  double up_gb_per_s = 0.0;      // a copy of pinned memory to the device
  double down_gb_per_s = 0.0;    // and back
  double device_gb_per_s = 0.0;  // a copy on the device, bytes read and written
  double host_gb_per_s = 0.0;    // a[i] = b[i] + s c[i] on all threads, bytes read and written
  double tflops = 0.0;           // a large matrix product in the model's dtype
};

// Copies in pieces of copy_bytes; takes three times as much host memory.
absl::StatusOr<MachineRates> MeasureRates(Device device, DType dtype, int64_t copy_bytes);

BenchSection RatesSection(const MachineRates& rates);

// "NVIDIA H100 80GB HBM3, 16 CPU threads".
std::string DescribeMachine(Device device);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_MACHINE_RATES_H_
