#include "data/loader/batch.h"

#include <algorithm>

namespace mneme {

void Batch::SetRow(int64_t row, absl::Span<const int32_t> window) {
  std::copy_n(window.begin(), seq_len, tokens.begin() + row * seq_len);
  for (int64_t view = 1; view < n_views; ++view) {
    std::copy_n(window.begin() + view, seq_len,
                targets.begin() + ((view - 1) * batch_size + row) * seq_len);
  }
}

}  // namespace mneme
