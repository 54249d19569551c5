// Where in a corpus a row is picked most strongly.

#ifndef MNEME_APPS_INSPECT_ROW_CONTEXTS_H_
#define MNEME_APPS_INSPECT_ROW_CONTEXTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "apps/inspect/prompt_picks.h"

namespace mneme {

// One pick of a row, and the text about its token.
struct RowContext {
  int64_t row = 0;
  int64_t layer = 0;  // of the transformer
  int64_t head = 0;
  float weight = 0.0f;
  int64_t document = 0;  // from 0, in the order in which they were read
  std::string before, token, after;
};

// Keeps, for each of some rows, the picks of the largest weight over all memory layers and heads;
// of the picks of one token the strongest alone, and of equal ones the earlier.
class RowContexts {
 public:
  // `rows` in the order in which they are to be shown; `count` contexts each.
  RowContexts(absl::Span<const int64_t> rows, int64_t count);

  // A document, or a window of a long one. tokens: the T texts of its tokens.
  void Add(int64_t document, absl::Span<const std::string> tokens,
           absl::Span<const LayerPicks> layers);

  // Row by row, the strongest first.
  std::vector<RowContext> Strongest() const;

 private:
  struct Row {
    int64_t id;
    std::vector<RowContext> contexts;  // the strongest first
  };

  void Offer(Row* row, RowContext context, absl::Span<const std::string> tokens, int64_t t);

  int64_t count_;
  std::vector<Row> rows_;
};

}  // namespace mneme

#endif  // MNEME_APPS_INSPECT_ROW_CONTEXTS_H_
