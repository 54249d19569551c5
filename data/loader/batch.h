// What a training step takes.

#ifndef MNEME_DATA_LOADER_BATCH_H_
#define MNEME_DATA_LOADER_BATCH_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace mneme {

struct Batch {
  int64_t batch_size = 0;
  int64_t seq_len = 0;
  int64_t n_views = 0;
  std::vector<int32_t> tokens;   // [batch_size, seq_len]
  std::vector<int32_t> targets;  // [n_views - 1, batch_size, seq_len]; view v is v tokens ahead

  // Every token of the documents, but for the first n_views - 1 of a stream, is exactly once the
  // last view's; these count that view's tokens.
  std::vector<int64_t> source_tokens;  // [sources] of each source
  int64_t text_bytes = 0;              // that they stand for

  Batch() = default;
  Batch(int64_t batch_size, int64_t seq_len, int64_t n_views, int64_t sources)
      : batch_size(batch_size),
        seq_len(seq_len),
        n_views(n_views),
        tokens(batch_size * seq_len),
        targets((n_views - 1) * batch_size * seq_len),
        source_tokens(sources, 0) {}

  // Sets a row of every view from `window`, [seq_len + n_views - 1].
  void SetRow(int64_t row, absl::Span<const int32_t> window);
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_BATCH_H_
