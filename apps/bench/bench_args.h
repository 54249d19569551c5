// Keys that the benchmarks share.

#ifndef MNEME_APPS_BENCH_BENCH_ARGS_H_
#define MNEME_APPS_BENCH_BENCH_ARGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/config/schema.h"
#include "runtime/core/device.h"

namespace mneme {

struct BenchArgs {
  std::string device = "auto";
  int64_t threads = 0;  // 0: all
  int64_t repeats = 10;
  int64_t warmup = 3;
  bool json = false;
};

void Describe(Section& section, BenchArgs& args);

// Several values, such as 8,32 or [8, 32]: at least one, each number at least `min`.
void AddNumbers(Section& section, absl::string_view name, std::vector<double>& values, double min,
                absl::string_view meaning);
void AddIntegers(Section& section, absl::string_view name, std::vector<int64_t>& values,
                 int64_t min, absl::string_view meaning);
void AddNames(Section& section, absl::string_view name, std::vector<std::string>& values,
              absl::string_view meaning);

// Sets the number of threads. Error: a device that is not there.
absl::StatusOr<Device> OpenDevice(const BenchArgs& args);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_BENCH_ARGS_H_
