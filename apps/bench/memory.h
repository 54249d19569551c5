// //apps:bench -- memory: a memory layer alone.

#ifndef MNEME_APPS_BENCH_MEMORY_H_
#define MNEME_APPS_BENCH_MEMORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/bench/bench_args.h"
#include "apps/bench/report.h"
#include "apps/config/schema.h"
#include "memory_layer/memory_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct MemoryArgs {
  enum class Dtype { kAuto, kFp32, kBf16, kFp16 };

  BenchArgs bench;
  int64_t tokens = 8192;
  int64_t heads = 2;
  int64_t knn = 32;
  std::vector<int64_t> keys = {1024};
  int64_t k_dim = 512;
  int64_t dim = 1024;
  Dtype dtype = Dtype::kAuto;
  bool zero_copy = true;
  RowGather gather = RowGather::kAuto;
  ValuesDType values_dtype = ValuesDType::kFp32;
  std::vector<std::string> picks = {"uniform", "log-uniform"};
  bool adam = true;
};

void Describe(Section& section, MemoryArgs& args);

// For each number of keys and each kind of picks: the phases of a step, its forward pass, backward
// pass and update, steps in a row, and sparse Adam alone on the host.
// Errors: a device that is not there, sizes that do not agree, memory that is short, a trace.
absl::StatusOr<BenchReport> RunMemory(const MemoryArgs& args);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_MEMORY_H_
