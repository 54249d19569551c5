// The whole way from files to batches, in the thread that asks.

#ifndef MNEME_DATA_LOADER_BATCH_MAKER_H_
#define MNEME_DATA_LOADER_BATCH_MAKER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "data/loader/batch.h"
#include "data/loader/data_config.h"
#include "data/loader/shuffle_window.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// Sources, mixed, tokenized, packed, shuffled in windows of prefetch_size batches: an endless
// stream of training batches.
class BatchMaker {
 public:
  // Errors: those of OpenSources.
  static absl::StatusOr<std::unique_ptr<BatchMaker>> Create(
      const DataConfig& config, const DataRank& rank, std::shared_ptr<const Tokenizer> tokenizer);

  absl::StatusOr<Batch> Next();

  ShuffleCursor cursor() const { return window_.cursor(); }
  absl::Status Seek(const ShuffleCursor& cursor) { return window_.Seek(cursor); }

  const Mixture& documents() const { return window_.packer().documents(); }

 private:
  BatchMaker(const DataConfig& config, ShuffleWindow window);

  const DataConfig config_;
  ShuffleWindow window_;
};

// The packing that a configuration asks for.
PackerOptions PackerOptionsOf(const DataConfig& config);

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_BATCH_MAKER_H_
