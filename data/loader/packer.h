// Documents, tokenized and packed without gaps into windows of one length.

#ifndef MNEME_DATA_LOADER_PACKER_H_
#define MNEME_DATA_LOADER_PACKER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "data/corpus/mixture.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

struct PackerOptions {
  int64_t seq_len = 2048;
  int64_t n_views = 2;
  bool add_bos = true;
  bool add_eos = true;
};

// Where a packer stands, also in the middle of a document.
struct PackerCursor {
  MixtureCursor documents;     // before the document being packed
  int64_t token_offset = 0;    // tokens of that document already packed; 0: none is being packed
  std::vector<int32_t> carry;  // with which the next window begins
};

// A window is seq_len + n_views - 1 tokens of one endless row of documents; the next one begins
// n_views - 1 tokens before its end, so that each token of the row (but the first n_views - 1) is
// exactly once the last view's.
class Packer {
 public:
  Packer(Mixture documents, std::shared_ptr<const Tokenizer> tokenizer,
         const PackerOptions& options);

  int64_t window_tokens() const { return options_.seq_len + options_.n_views - 1; }

  // Writes the next window to `window`, [window_tokens()], and adds to source_tokens,
  // [sources], how many of the last view's tokens came from each. Returns the number of tokens
  // written: window_tokens(), and less, possibly 0, only at the end of the documents.
  absl::StatusOr<int64_t> Pack(absl::Span<int32_t> window, absl::Span<int64_t> source_tokens);

  // Bytes of text that the last view's tokens in `window` stand for.
  int64_t TextBytes(absl::Span<const int32_t> window) const;

  PackerCursor cursor() const;

  // Errors: DataLoss when the document at the cursor has become shorter; those of Mixture::Seek.
  absl::Status Seek(const PackerCursor& cursor);

  const Mixture& documents() const { return documents_; }

 private:
  absl::Status NextDocument();

  Mixture documents_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  const PackerOptions options_;
  std::vector<int32_t> document_;  // tokens of the current one
  int64_t offset_ = 0;             // of its tokens, how many are packed
  int64_t source_ = 0;             // where it is from
  std::vector<int32_t> carry_;     // the last n_views - 1 tokens of the last window
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_PACKER_H_
