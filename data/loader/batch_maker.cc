#include "data/loader/batch_maker.h"

#include <utility>

#include "data/loader/open_sources.h"
#include "runtime/core/status.h"

namespace mneme {

PackerOptions PackerOptionsOf(const DataConfig& config) {
  PackerOptions options;
  options.seq_len = config.seq_len;
  options.n_views = config.n_views;
  options.add_bos = config.add_bos;
  options.add_eos = config.add_eos;
  return options;
}

absl::StatusOr<std::unique_ptr<BatchMaker>> BatchMaker::Create(
    const DataConfig& config, const DataRank& rank, std::shared_ptr<const Tokenizer> tokenizer) {
  MNEME_ASSIGN_OR_RETURN(Mixture documents,
                         OpenSources(config, rank, Split::kTrain, /*repeat=*/true));
  Packer packer(std::move(documents), std::move(tokenizer), PackerOptionsOf(config));
  ShuffleWindow window(std::move(packer), config.prefetch_size * config.batch_size, config.seed,
                       rank.rank);
  return std::unique_ptr<BatchMaker>(new BatchMaker(config, std::move(window)));
}

BatchMaker::BatchMaker(const DataConfig& config, ShuffleWindow window)
    : config_(config), window_(std::move(window)) {}

absl::StatusOr<Batch> BatchMaker::Next() {
  Batch batch(config_.batch_size, config_.seq_len, config_.n_views, documents().sources().size());
  for (int64_t row = 0; row < config_.batch_size; ++row) {
    MNEME_ASSIGN_OR_RETURN(const Sequence sequence, window_.Next());
    batch.SetRow(row, sequence.window);
    batch.text_bytes += window_.packer().TextBytes(sequence.window);
    for (size_t source = 0; source < batch.source_tokens.size(); ++source) {
      batch.source_tokens[source] += sequence.source_tokens[source];
    }
  }
  return batch;
}

}  // namespace mneme
