#include "apps/config/edit_distance.h"

#include <algorithm>

namespace mneme {

int64_t EditDistance(absl::string_view a, absl::string_view b) {
  // Rows of the table d[i][j], the distance of the first i characters of a and j of b.
  std::vector<int64_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const int64_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

int64_t AllowedMistakes(size_t length) { return length <= 3 ? 1 : length <= 6 ? 2 : 3; }

std::string NearestName(const std::vector<std::string>& names, absl::string_view word) {
  constexpr size_t kTelling = 4;
  if (word.size() < kTelling) return "";
  std::string best;
  int64_t best_distance = AllowedMistakes(word.size()) + 1;
  for (const std::string& name : names) {
    const int64_t distance = EditDistance(name, word);
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

}  // namespace mneme
