// Documents in order, once: for validation and evaluation.

#ifndef MNEME_DATA_LOADER_SEQUENTIAL_LOADER_H_
#define MNEME_DATA_LOADER_SEQUENTIAL_LOADER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "data/loader/batch.h"
#include "data/loader/data_config.h"
#include "data/loader/packer.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// A fixed, finite sequence of batches over every document of a split, packed as for training but
// not shuffled and in the calling thread. No token is left out or padded: behind the full batches
// comes one with fewer rows, then one with a single, shorter row.
class SequentialLoader {
 public:
  // `split` is Split::kHeldOut for validation while training, kAll to evaluate a file of its own.
  // At most `max_sequences` rows, all if it is negative. Errors: those of OpenSources.
  static absl::StatusOr<std::unique_ptr<SequentialLoader>> Create(
      const DataConfig& config, std::shared_ptr<const Tokenizer> tokenizer, Split split,
      int64_t max_sequences, const DataRank& rank = {});

  // Errors: OutOfRange at the end; those of the sources. NotFound when there is no document.
  absl::StatusOr<Batch> Next();

  // Back to the first batch.
  absl::Status Rewind();

 private:
  SequentialLoader(const DataConfig& config, Packer packer, int64_t max_sequences);

  Batch BatchOfRows(int64_t rows) const;  // the first ones of windows_
  Batch BatchOfTail(int64_t tokens) const;

  const DataConfig config_;
  const int64_t max_sequences_;  // negative: all
  Packer packer_;
  const PackerCursor start_;
  int64_t sequences_ = 0;               // handed out
  int64_t tail_tokens_ = 0;             // in the first of windows_, yet to be handed out
  std::vector<int32_t> windows_;        // [batch_size, seq_len + n_views - 1]
  std::vector<int64_t> source_tokens_;  // [batch_size, sources]
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_SEQUENTIAL_LOADER_H_
