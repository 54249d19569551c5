#include "data/wordnet/wordnet_source.h"

#include <glog/logging.h>

#include "absl/strings/str_cat.h"
#include "data/corpus/permutation.h"
#include "data/wordnet/wordnet.h"
#include "runtime/core/status.h"
#include "runtime/random/philox.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<WordNetSource>> WordNetSource::Open(const std::string& dir,
                                                                   const SourceOptions& options) {
  MNEME_ASSIGN_OR_RETURN(const std::vector<WordNetEntry> entries, LoadWordNet(dir));
  return std::make_unique<WordNetSource>(entries, options);
}

WordNetSource::WordNetSource(const std::vector<WordNetEntry>& entries, const SourceOptions& options)
    : options_(options) {
  CHECK(options.world >= 1 && options.rank >= 0 && options.rank < options.world)
      << options.rank << " of " << options.world;
  for (const WordNetEntry& entry : entries) {
    const Split split = entry.held_out ? Split::kHeldOut : Split::kTrain;
    if (options.split == split || options.split == Split::kAll) texts_.push_back(EntryText(entry));
  }
  Shuffle();
}

void WordNetSource::Shuffle() {
  const bool train = options_.split == Split::kTrain;
  order_ = RandomPermutation(
      MakePhiloxKey(train ? options_.seed : 0, HashName("data.wordnet"), train ? cursor_.epoch : 0),
      texts_.size());
}

absl::StatusOr<absl::string_view> WordNetSource::Next() {
  while (true) {
    if (cursor_.items == static_cast<int64_t>(order_.size())) {
      if (cursor_.documents == 0) {
        return absl::NotFoundError(absl::StrCat("data source 'wordnet' has no document for rank ",
                                                options_.rank, " of ", options_.world));
      }
      if (!options_.repeat) return absl::OutOfRangeError("end of the documents");
      const int64_t epoch = cursor_.epoch;
      cursor_ = SourceCursor();
      cursor_.epoch = epoch + 1;
      Shuffle();
    }
    const int64_t item = cursor_.items++;
    if (item % options_.world != options_.rank) continue;
    ++cursor_.documents;
    return texts_[order_[item]];
  }
}

absl::Status WordNetSource::Seek(const SourceCursor& cursor) {
  if (cursor.items < 0 || cursor.items > static_cast<int64_t>(order_.size())) {
    return absl::InvalidArgumentError(absl::StrCat("data source 'wordnet' has ", order_.size(),
                                                   " entries, but the position is ", cursor.items));
  }
  cursor_ = cursor;
  Shuffle();
  return absl::OkStatus();
}

}  // namespace mneme
