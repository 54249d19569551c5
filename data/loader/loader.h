// Training batches.

#ifndef MNEME_DATA_LOADER_LOADER_H_
#define MNEME_DATA_LOADER_LOADER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/loader/batch.h"
#include "data/loader/batch_maker.h"
#include "data/loader/batch_prefetcher.h"
#include "data/loader/data_config.h"
#include "data/loader/loader_state.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// An endless stream of batches: the documents of data.sources that are not held out, mixed by
// weight, each tokenized with BOS and EOS, packed across their borders into sequences of seq_len
// tokens in n_views shifted views, shuffled in windows of prefetch_size x batch_size sequences.
// A function of the files, the settings and the rank: the same batches in every run, with and
// without load_async, and across stopping and going on after any batch.
class Loader {
 public:
  // From the start of the data, or from `resume`, the State() of another loader, if not null.
  // Errors: those of OpenSources and of ResumePosition.
  static absl::StatusOr<std::unique_ptr<Loader>> Create(const DataConfig& config,
                                                        std::shared_ptr<const Tokenizer> tokenizer,
                                                        const DataRank& rank = {},
                                                        const LoaderState* resume = nullptr);

  // Errors: a file that cannot be read, or with too many bad lines (FileSource); then the same
  // error at every call.
  absl::StatusOr<Batch> Next();

  // Behind the batches that Next has returned, whatever the thread has made in advance.
  LoaderState State() const { return StateAt(position_); }

  // The same for where an earlier call found it.
  const ShuffleCursor& position() const { return position_; }
  LoaderState StateAt(const ShuffleCursor& position) const { return {description_, position}; }

  // The names of the sources, in the order of Batch::source_tokens.
  const std::vector<std::string>& source_names() const { return source_names_; }

 private:
  Loader(DataDescription description, std::unique_ptr<BatchMaker> maker, bool load_async);

  const DataDescription description_;
  std::vector<std::string> source_names_;
  ShuffleCursor position_;
  std::unique_ptr<BatchMaker> maker_;
  std::unique_ptr<BatchPrefetcher> prefetcher_;  // null without load_async; goes before maker_
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_LOADER_H_
