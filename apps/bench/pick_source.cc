#include "apps/bench/pick_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "apps/config/user_path.h"
#include "glog/logging.h"
#include "memory_layer/pick_trace/pick_trace.h"
#include "runtime/core/status.h"

namespace mneme {

PickSource::PickSource(Kind kind, int64_t n_rows)
    : kind_(kind), n_rows_(n_rows), random_(MakePhiloxKey(1, HashName("PickSource"))) {}

absl::StatusOr<PickSource> PickSource::Create(absl::string_view name, int64_t n_rows) {
  if (name == "uniform") return PickSource(Kind::kUniform, n_rows);
  if (name == "log-uniform") return PickSource(Kind::kLogUniform, n_rows);
  if (name == "one-row") return PickSource(Kind::kOneRow, n_rows);
  absl::string_view file = name;
  if (!absl::ConsumePrefix(&file, "trace:")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "picks: expected uniform, log-uniform, one-row or trace:FILE, got \"", name, "\""));
  }
  MNEME_ASSIGN_OR_RETURN(PickTrace trace, ReadPickTrace(UserPath(file)));
  if (trace.n_rows != n_rows) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the trace '", file, "' is of a table of ", trace.n_rows, " rows, and keys=",
        static_cast<int64_t>(std::sqrt(static_cast<double>(n_rows))), " makes one of ", n_rows,
        "; give keys=", static_cast<int64_t>(std::sqrt(static_cast<double>(trace.n_rows)))));
  }
  PickSource source(Kind::kTrace, n_rows);
  for (PickTrace::Lookup& lookup : trace.lookups) {
    source.trace_.insert(source.trace_.end(), lookup.rows.begin(), lookup.rows.end());
    lookup.rows = {};
  }
  return source;
}

int64_t PickSource::NextRow() {
  switch (kind_) {
    case Kind::kUniform:
      return static_cast<int64_t>(random_.Below(n_rows_));
    case Kind::kLogUniform: {
      const double row = std::pow(static_cast<double>(n_rows_), random_.UniformDouble());
      return std::min(n_rows_, static_cast<int64_t>(row)) - 1;
    }
    case Kind::kOneRow:
      return n_rows_ / 3;
    case Kind::kTrace:
      return trace_[position_++ % trace_.size()];
  }
  return 0;
}

std::vector<int64_t> PickSource::Next(int64_t count) {
  std::vector<int64_t> rows(count);
  for (int64_t& row : rows) row = NextRow();
  return rows;
}

std::vector<int64_t> DistinctRows(int64_t count, int64_t n_rows, PhiloxStream* random) {
  CHECK_LE(count, n_rows);
  // Chooses those that are fewer: the rows, or those that are left out.
  const bool inverted = count > n_rows / 2;
  const size_t chosen_count = inverted ? n_rows - count : count;
  absl::flat_hash_set<int64_t> chosen;
  while (chosen.size() < chosen_count) chosen.insert(static_cast<int64_t>(random->Below(n_rows)));
  std::vector<int64_t> rows;
  rows.reserve(count);
  if (inverted) {
    for (int64_t row = 0; row < n_rows; ++row) {
      if (!chosen.contains(row)) rows.push_back(row);
    }
  } else {
    rows.assign(chosen.begin(), chosen.end());
    std::sort(rows.begin(), rows.end());
  }
  return rows;
}

}  // namespace mneme
