#include "data/loader/sequential_loader.h"

#include <algorithm>
#include <utility>

#include "data/loader/batch_maker.h"
#include "data/loader/open_sources.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<SequentialLoader>> SequentialLoader::Create(
    const DataConfig& config, std::shared_ptr<const Tokenizer> tokenizer, Split split,
    int64_t max_sequences, const DataRank& rank) {
  MNEME_ASSIGN_OR_RETURN(Mixture documents, OpenSources(config, rank, split, /*repeat=*/false));
  Packer packer(std::move(documents), std::move(tokenizer), PackerOptionsOf(config));
  return std::unique_ptr<SequentialLoader>(
      new SequentialLoader(config, std::move(packer), max_sequences));
}

SequentialLoader::SequentialLoader(const DataConfig& config, Packer packer, int64_t max_sequences)
    : config_(config),
      max_sequences_(max_sequences),
      packer_(std::move(packer)),
      start_(packer_.cursor()),
      windows_(config.batch_size * packer_.window_tokens()),
      source_tokens_(config.batch_size * packer_.documents().sources().size()) {}

absl::Status SequentialLoader::Rewind() {
  sequences_ = 0;
  tail_tokens_ = 0;
  return packer_.Seek(start_);
}

absl::StatusOr<Batch> SequentialLoader::Next() {
  const absl::Status end = absl::OutOfRangeError("end of the documents");
  const int64_t left = max_sequences_ < 0 ? config_.batch_size : max_sequences_ - sequences_;
  if (left == 0) return end;
  const int64_t width = packer_.window_tokens();
  const int64_t sources = packer_.documents().sources().size();
  int64_t rows = 0;
  // A tail in hand is what is left of the documents: there is no more to pack.
  while (tail_tokens_ == 0 && rows < std::min(config_.batch_size, left)) {
    const auto window = absl::MakeSpan(windows_.data() + rows * width, width);
    const auto counts = absl::MakeSpan(source_tokens_.data() + rows * sources, sources);
    std::fill(counts.begin(), counts.end(), 0);
    MNEME_ASSIGN_OR_RETURN(const int64_t filled, packer_.Pack(window, counts));
    if (filled == width) {
      ++rows;
      continue;
    }
    if (filled < config_.n_views && rows == 0) return end;  // no token for the last view
    if (filled >= config_.n_views) tail_tokens_ = filled;
    break;
  }
  sequences_ += std::max<int64_t>(rows, 1);
  if (rows > 0) {
    Batch batch = BatchOfRows(rows);
    // The tail waits where the next call looks for it.
    std::copy_n(windows_.begin() + rows * width, tail_tokens_, windows_.begin());
    if (tail_tokens_ > 0) {
      std::copy_n(source_tokens_.begin() + rows * sources, sources, source_tokens_.begin());
    }
    return batch;
  }
  return BatchOfTail(std::exchange(tail_tokens_, 0));
}

Batch SequentialLoader::BatchOfRows(int64_t rows) const {
  const int64_t width = packer_.window_tokens();
  const int64_t sources = packer_.documents().sources().size();
  Batch batch(rows, config_.seq_len, config_.n_views, sources);
  for (int64_t row = 0; row < rows; ++row) {
    const auto window = absl::MakeConstSpan(windows_.data() + row * width, width);
    batch.SetRow(row, window);
    batch.text_bytes += packer_.TextBytes(window);
    for (int64_t source = 0; source < sources; ++source) {
      batch.source_tokens[source] += source_tokens_[row * sources + source];
    }
  }
  return batch;
}

Batch SequentialLoader::BatchOfTail(int64_t tokens) const {
  const int64_t sources = packer_.documents().sources().size();
  Batch batch(1, tokens - config_.n_views + 1, config_.n_views, sources);
  const auto window = absl::MakeConstSpan(windows_.data(), tokens);
  batch.SetRow(0, window);
  batch.text_bytes = packer_.TextBytes(window);
  std::copy_n(source_tokens_.begin(), sources, batch.source_tokens.begin());
  return batch;
}

}  // namespace mneme
