// //apps:bench -- link: what the path between host memory and the device can do.

#ifndef MNEME_APPS_BENCH_LINK_H_
#define MNEME_APPS_BENCH_LINK_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/bench/bench_args.h"
#include "apps/bench/report.h"
#include "apps/config/schema.h"

namespace mneme {

struct LinkArgs {
  BenchArgs bench;
  int64_t copy_mib = 256;
  std::vector<double> table_gib = {8, 32};
  std::vector<int64_t> row_bytes = {2048, 512, 256};
  int64_t rows = 412'000;
};

void Describe(Section& section, LinkArgs& args);

// Copies of pinned memory up, down and both ways at once; for each size of table, mapping and
// filling it, and reading `rows` different rows of it: sorted, in random order, and by CPU threads.
// Errors: a device that is not there, memory that is short.
absl::StatusOr<BenchReport> RunLink(const LinkArgs& args);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_LINK_H_
