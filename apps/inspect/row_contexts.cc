#include "apps/inspect/row_contexts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

// Bytes of text to show on each side.
constexpr size_t kBeforeBytes = 48, kAfterBytes = 24;

std::string TextBefore(absl::Span<const std::string> tokens, int64_t t) {
  std::string text;
  while (t > 0 && text.size() + tokens[t - 1].size() <= kBeforeBytes) {
    text = absl::StrCat(tokens[--t], text);
  }
  return text;
}

std::string TextAfter(absl::Span<const std::string> tokens, int64_t t) {
  std::string text;
  for (size_t i = t + 1; i < tokens.size() && text.size() + tokens[i].size() <= kAfterBytes; ++i) {
    absl::StrAppend(&text, tokens[i]);
  }
  return text;
}

}  // namespace

RowContexts::RowContexts(absl::Span<const int64_t> rows, int64_t count) : count_(count) {
  for (int64_t row : rows) rows_.push_back({row, {}});
}

void RowContexts::Add(int64_t document, absl::Span<const std::string> tokens,
                      absl::Span<const LayerPicks> layers) {
  for (Row& row : rows_) {
    for (int64_t t = 0; t < static_cast<int64_t>(tokens.size()); ++t) {
      RowContext best = {.row = row.id, .weight = 0.0f, .document = document};
      for (const LayerPicks& picks : layers) {
        const int64_t begin = t * picks.heads * picks.knn;
        for (int64_t i = 0; i < picks.heads * picks.knn; ++i) {
          if (picks.rows[begin + i] != row.id || picks.weights[begin + i] <= best.weight) continue;
          best.layer = picks.layer;
          best.head = i / picks.knn;
          best.weight = picks.weights[begin + i];
        }
      }
      if (best.weight > 0.0f) Offer(&row, std::move(best), tokens, t);
    }
  }
}

void RowContexts::Offer(Row* row, RowContext context, absl::Span<const std::string> tokens,
                        int64_t t) {
  std::vector<RowContext>& contexts = row->contexts;
  const auto place =
      std::upper_bound(contexts.begin(), contexts.end(), context,
                       [](const auto& a, const auto& b) { return a.weight > b.weight; });
  if (place - contexts.begin() >= count_) return;
  context.before = TextBefore(tokens, t);
  context.token = tokens[t];
  context.after = TextAfter(tokens, t);
  contexts.insert(place, std::move(context));
  if (static_cast<int64_t>(contexts.size()) > count_) contexts.pop_back();
}

std::vector<RowContext> RowContexts::Strongest() const {
  std::vector<RowContext> all;
  for (const Row& row : rows_) all.insert(all.end(), row.contexts.begin(), row.contexts.end());
  return all;
}

}  // namespace mneme
