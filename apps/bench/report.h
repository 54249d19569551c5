// What a benchmark found, as a table or as JSON.

#ifndef MNEME_APPS_BENCH_REPORT_H_
#define MNEME_APPS_BENCH_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

// How long one piece of work takes.
struct Measure {
  std::string name;
  double ms = 0.0;
  double bytes = 0.0;     // that it has to move; 0: not said
  double floor_ms = 0.0;  // that this machine needs at least; 0: not said

  double gb_per_s() const { return ms > 0 ? bytes / ms * 1e-6 : 0.0; }
  double ratio() const { return floor_ms > 0 ? ms / floor_ms : 0.0; }
};

// A number with a name whose last word is its unit: "unique_rows", "step_ms".
using Fact = std::pair<std::string, double>;

struct BenchSection {
  std::string title;
  std::vector<Fact> facts;
  std::vector<Measure> measures;
  std::string note;  // a sentence; may be empty
};

struct BenchReport {
  std::string benchmark;  // "link"
  std::string machine;    // "NVIDIA H100 80GB HBM3, 16 CPU threads"
  std::vector<BenchSection> sections;
};

std::string ReportText(const BenchReport& report);
// One line: {"benchmark": ..., "machine": ..., "sections": [{"title": ..., NAME: VALUE of each
// fact, "measures": [{"name", "ms", "bytes", "gb_per_s", "floor_ms", "ratio"}]}]}. What is not said
// is left out.
std::string ReportJson(const BenchReport& report);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_REPORT_H_
