#include "apps/parity/report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "glog/logging.h"

namespace mneme {

double RelativeError(absl::Span<const float> x, absl::Span<const float> reference) {
  CHECK_EQ(x.size(), reference.size());
  double difference = 0.0, norm = 0.0, own = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = static_cast<double>(x[i]) - reference[i];
    difference += d * d;
    norm += static_cast<double>(reference[i]) * reference[i];
    own += static_cast<double>(x[i]) * x[i];
  }
  const double error = std::sqrt(norm == 0.0 ? own : difference / norm);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

void ParityReport::AddGroup(absl::string_view group, double tolerance) {
  groups_.push_back({.name = std::string(group), .tolerance = tolerance});
}

void ParityReport::Add(absl::string_view group, absl::string_view tensor, double error) {
  const auto found =
      std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.name == group; });
  CHECK(found != groups_.end()) << group;
  ++found->compared;
  if (!(error <= found->worst)) {
    found->worst = error;
    found->worst_tensor = std::string(tensor);
  }
}

bool ParityReport::passed() const {
  return std::all_of(groups_.begin(), groups_.end(), [](const Group& g) { return g.passed(); });
}

std::string ParityReport::ToString() const {
  std::string text;
  for (const Group& g : groups_) {
    if (g.compared == 0) continue;
    const std::string limit =
        g.tolerance < 0 ? "not judged" : absl::StrFormat("limit %.0e", g.tolerance);
    absl::StrAppendFormat(&text, "  %-7s %-5s worst %.2e (%s)  in %s\n", g.name,
                          g.passed() ? "ok" : "FAIL", g.worst, limit, g.worst_tensor);
  }
  return text;
}

}  // namespace mneme
