#include "apps/config/suggest.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "apps/config/edit_distance.h"

namespace mneme {
namespace {

absl::string_view LastPart(absl::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == absl::string_view::npos ? path : path.substr(dot + 1);
}

// How far `known` is from what was probably meant by `path`.
int64_t Cost(absl::string_view path, absl::string_view known) {
  const absl::string_view part = LastPart(path);
  const absl::string_view known_part = LastPart(known);
  constexpr int64_t kOtherSection = 1;
  int64_t cost = EditDistance(part, known_part) + kOtherSection;
  // n_keys for mem_n_keys.
  constexpr size_t kTelling = 4;
  constexpr int64_t kContained = 1;
  if (part.size() >= kTelling && absl::StrContains(known_part, part)) {
    cost = std::min(cost, kContained + kOtherSection);
  }
  const bool same_section = path.substr(0, path.size() - part.size()) ==
                            known.substr(0, known.size() - known_part.size());
  if (same_section) cost -= kOtherSection;
  return std::min(cost, EditDistance(path, known));
}

}  // namespace

std::string NearestKey(const Schema& schema, absl::string_view path) {
  std::string best;
  int64_t best_cost = AllowedMistakes(LastPart(path).size()) + 1;
  const auto consider = [&](const std::string& known) {
    const int64_t cost = Cost(path, known);
    if (known.empty() || cost >= best_cost) return;
    best = known;
    best_cost = cost;
  };
  for (const Field& field : schema.fields) consider(field.path);
  for (const Schema::Group& group : schema.groups) consider(group.path);
  for (const std::string& key : schema.without_effect) consider(key);
  return best;
}

}  // namespace mneme
