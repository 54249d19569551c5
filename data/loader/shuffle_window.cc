#include "data/loader/shuffle_window.h"

#include <glog/logging.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/corpus/document_hash.h"
#include "data/corpus/permutation.h"
#include "runtime/core/status.h"
#include "runtime/random/philox.h"

namespace mneme {

ShuffleWindow::ShuffleWindow(Packer packer, int64_t sequences, uint64_t seed, int64_t rank)
    : packer_(std::move(packer)), window_sequences_(sequences), seed_(seed), rank_(rank) {
  CHECK_GE(sequences, 1);
}

absl::Status ShuffleWindow::Fill(int64_t sequences) {
  const int64_t width = packer_.window_tokens();
  const int64_t sources = packer_.documents().sources().size();
  order_.clear();  // nothing to hand out, should packing fail
  taken_ = 0;
  start_ = packer_.cursor();
  tokens_.resize(sequences * width);
  source_tokens_.assign(sequences * sources, 0);
  tokens_hash_ = 0;
  for (int64_t i = 0; i < sequences; ++i) {
    const auto window = absl::MakeSpan(tokens_.data() + i * width, width);
    const auto counts = absl::MakeSpan(source_tokens_.data() + i * sources, sources);
    MNEME_ASSIGN_OR_RETURN(const int64_t filled, packer_.Pack(window, counts));
    if (filled < width) return absl::OutOfRangeError("end of the documents");
    tokens_hash_ = HashTokens(tokens_hash_, window);
  }
  const PhiloxKey key = MakePhiloxKey(seed_, MixBits(HashName("data.shuffle") + rank_), index_);
  order_ = RandomPermutation(key, sequences);
  ++index_;
  return absl::OkStatus();
}

absl::StatusOr<Sequence> ShuffleWindow::Next() {
  if (used_up()) MNEME_RETURN_IF_ERROR(Fill(window_sequences_));
  const int64_t row = order_[taken_++];
  const int64_t width = packer_.window_tokens();
  const int64_t sources = packer_.documents().sources().size();
  return Sequence{absl::MakeSpan(tokens_.data() + row * width, width),
                  absl::MakeSpan(source_tokens_.data() + row * sources, sources)};
}

ShuffleCursor ShuffleWindow::cursor() const {
  ShuffleCursor cursor;
  if (used_up()) {
    cursor.start = packer_.cursor();
    cursor.index = index_;
    cursor.sequences = window_sequences_;
  } else {
    cursor.start = start_;
    cursor.index = index_ - 1;
    cursor.sequences = order_.size();
    cursor.taken = taken_;
    cursor.tokens_hash = tokens_hash_;
  }
  return cursor;
}

absl::Status ShuffleWindow::Seek(const ShuffleCursor& cursor) {
  if (cursor.taken < 0 || (cursor.taken > 0 && cursor.taken >= cursor.sequences)) {
    return absl::InvalidArgumentError(absl::StrCat("a position behind sequence ", cursor.taken,
                                                   " of a window of ", cursor.sequences,
                                                   " does not exist"));
  }
  MNEME_RETURN_IF_ERROR(packer_.Seek(cursor.start));
  index_ = cursor.index;
  order_.clear();
  taken_ = 0;
  if (cursor.taken == 0) return absl::OkStatus();
  MNEME_RETURN_IF_ERROR(Fill(cursor.sequences));
  taken_ = cursor.taken;
  if (tokens_hash_ != cursor.tokens_hash) {
    return absl::DataLossError(
        "the data is not what it was when the position was saved: packing it again gives other "
        "tokens; restore the files of data.sources and the tokenizer, or start a new run");
  }
  return absl::OkStatus();
}

}  // namespace mneme
