// Sequences in random order, shuffled in windows.

#ifndef MNEME_DATA_LOADER_SHUFFLE_WINDOW_H_
#define MNEME_DATA_LOADER_SHUFFLE_WINDOW_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "data/loader/packer.h"

namespace mneme {

// Where a shuffle window stands. The sequences in it are not kept: they are packed again from
// where it began, which takes milliseconds and keeps a saved state small.
struct ShuffleCursor {
  PackerCursor start;        // before the window's first sequence
  int64_t index = 0;         // of the window, counted from the start of the run
  int64_t sequences = 0;     // in the window
  int64_t taken = 0;         // of those, already handed out; 0: the window is yet to be packed
  uint64_t tokens_hash = 0;  // of the window's tokens, if taken > 0
};

struct Sequence {
  absl::Span<const int32_t> window;         // [seq_len + n_views - 1]; valid until the next call
  absl::Span<const int64_t> source_tokens;  // [sources]
};

// Packs `sequences` sequences, hands them out in a random order (a function of seed, rank and
// the window's index), and packs the next ones.
class ShuffleWindow {
 public:
  ShuffleWindow(Packer packer, int64_t sequences, uint64_t seed, int64_t rank);

  absl::StatusOr<Sequence> Next();

  ShuffleCursor cursor() const;

  // Finishes the window at the cursor with the size it had; later ones have this object's.
  // Errors: DataLoss when the window's text or its tokens are not what they were.
  absl::Status Seek(const ShuffleCursor& cursor);

  const Packer& packer() const { return packer_; }

 private:
  absl::Status Fill(int64_t sequences);
  bool used_up() const { return taken_ == static_cast<int64_t>(order_.size()); }

  Packer packer_;
  const int64_t window_sequences_;
  const uint64_t seed_;
  const int64_t rank_;

  PackerCursor start_;  // of the window in hand
  int64_t index_ = 0;   // of the next window to be packed
  int64_t taken_ = 0;
  uint64_t tokens_hash_ = 0;
  std::vector<int32_t> order_;          // [sequences] of the window in hand
  std::vector<int32_t> tokens_;         // [sequences, seq_len + n_views - 1]
  std::vector<int64_t> source_tokens_;  // [sequences, sources]
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_SHUFFLE_WINDOW_H_
