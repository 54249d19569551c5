// Rows for benchmarks to pick, fresh ones for each repetition.

#ifndef MNEME_APPS_BENCH_PICK_SOURCE_H_
#define MNEME_APPS_BENCH_PICK_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/random/philox_stream.h"

namespace mneme {

class PickSource {
 public:
  // Of a table of n_rows rows, as `name` says:
  //   uniform       every row as likely
  //   log-uniform   floor(n_rows^u) - 1 of a uniform u: row r is picked about 1 / (r + 1) as
  //                 often as the first; of half a million picks from a million rows, a quarter
  //                 are different
  //   one-row       all the same
  //   trace:FILE    those of a real run (pick_trace.h), one lookup after another, over and over
  // Errors: another name, a trace that cannot be read or is of another number of rows.
  static absl::StatusOr<PickSource> Create(absl::string_view name, int64_t n_rows);

  // The next `count` rows.
  std::vector<int64_t> Next(int64_t count);

 private:
  enum class Kind { kUniform, kLogUniform, kOneRow, kTrace };

  PickSource(Kind kind, int64_t n_rows);
  int64_t NextRow();

  Kind kind_;
  int64_t n_rows_;
  PhiloxStream random_;
  std::vector<int64_t> trace_;
  size_t position_ = 0;  // in trace_
};

// `count` different rows of a table of n_rows, ascending: count <= n_rows.
std::vector<int64_t> DistinctRows(int64_t count, int64_t n_rows, PhiloxStream* random);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_PICK_SOURCE_H_
