// Several document sources, mixed by weight.

#ifndef MNEME_DATA_CORPUS_MIXTURE_H_
#define MNEME_DATA_CORPUS_MIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"
#include "runtime/random/philox.h"

namespace mneme {

struct WeightedSource {
  std::string name;
  double weight = 1.0;  // > 0
  std::unique_ptr<DocumentSource> source;
};

struct MixedDocument {
  absl::string_view text;  // valid until the next call
  int64_t source = 0;      // index of where it came from
};

// Where a mixture stands.
struct MixtureCursor {
  int64_t draws = 0;                  // of a source
  std::vector<SourceCursor> sources;  // one each
};

// Each document comes from source i with probability weight_i / sum of weights: weights are
// shares of documents, not of tokens. Draw number n is a function of seed, rank and n.
// Sources that end (repeat = false) drop out; when all have ended, so has the mixture.
class Mixture {
 public:
  Mixture(std::vector<WeightedSource> sources, uint64_t seed, int64_t rank);

  // Errors: OutOfRange at the end; a source's error.
  absl::StatusOr<MixedDocument> Next();

  // Behind the last document, and before it (from there Next gives it once more).
  MixtureCursor cursor() const;
  MixtureCursor cursor_before_last() const;

  absl::Status Seek(const MixtureCursor& cursor);

  const std::vector<WeightedSource>& sources() const { return sources_; }

 private:
  int64_t Draw();  // index of a source that has not ended; counts as a draw

  std::vector<WeightedSource> sources_;
  const PhiloxKey key_;
  std::vector<bool> ended_;
  double open_weight_;  // sum over the sources that have not ended
  int64_t draws_ = 0;

  // Before the last document.
  int64_t last_source_ = 0;
  int64_t draws_before_ = 0;
  SourceCursor cursor_before_;
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_MIXTURE_H_
