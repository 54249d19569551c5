#include "data/loader/packer.h"

#include <glog/logging.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

Packer::Packer(Mixture documents, std::shared_ptr<const Tokenizer> tokenizer,
               const PackerOptions& options)
    : documents_(std::move(documents)), tokenizer_(std::move(tokenizer)), options_(options) {
  CHECK(options.seq_len >= 1 && options.n_views >= 1);
}

absl::Status Packer::NextDocument() {
  MNEME_ASSIGN_OR_RETURN(const MixedDocument document, documents_.Next());
  document_.clear();
  tokenizer_->AppendEncoded(document.text, options_.add_bos, options_.add_eos, &document_);
  offset_ = 0;
  source_ = document.source;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Packer::Pack(absl::Span<int32_t> window,
                                     absl::Span<int64_t> source_tokens) {
  CHECK_EQ(window.size(), window_tokens());
  const int64_t overlap = options_.n_views - 1;
  std::copy(carry_.begin(), carry_.end(), window.begin());
  int64_t filled = carry_.size();
  while (filled < window_tokens()) {
    if (offset_ == static_cast<int64_t>(document_.size())) {
      const absl::Status status = NextDocument();
      if (absl::IsOutOfRange(status)) break;
      MNEME_RETURN_IF_ERROR(status);
      continue;
    }
    const int64_t count = std::min<int64_t>(document_.size() - offset_, window_tokens() - filled);
    std::copy_n(document_.begin() + offset_, count, window.begin() + filled);
    offset_ += count;
    filled += count;
    source_tokens[source_] += std::min(count, std::max<int64_t>(filled - overlap, 0));
  }
  const int64_t kept = std::min(overlap, filled);
  carry_.assign(window.begin() + filled - kept, window.begin() + filled);
  return filled;
}

int64_t Packer::TextBytes(absl::Span<const int32_t> window) const {
  const int64_t overlap = options_.n_views - 1;
  if (static_cast<int64_t>(window.size()) <= overlap) return 0;
  return tokenizer_->TextBytes(window.subspan(overlap));
}

PackerCursor Packer::cursor() const {
  if (offset_ == static_cast<int64_t>(document_.size())) return {documents_.cursor(), 0, carry_};
  return {documents_.cursor_before_last(), offset_, carry_};
}

absl::Status Packer::Seek(const PackerCursor& cursor) {
  if (static_cast<int64_t>(cursor.carry.size()) >= options_.n_views || cursor.token_offset < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a position with ", cursor.carry.size(), " tokens to begin with, and ",
                     cursor.token_offset, " of a document passed, does not exist"));
  }
  MNEME_RETURN_IF_ERROR(documents_.Seek(cursor.documents));
  carry_ = cursor.carry;
  document_.clear();
  offset_ = 0;
  if (cursor.token_offset == 0) return absl::OkStatus();
  MNEME_RETURN_IF_ERROR(NextDocument());
  if (cursor.token_offset > static_cast<int64_t>(document_.size())) {
    return absl::DataLossError(
        absl::StrCat("data source '", documents_.sources()[source_].name, "': a document has ",
                     document_.size(), " tokens where it had at least ", cursor.token_offset,
                     " when the position was saved; the text or the tokenizer has changed since"));
  }
  offset_ = cursor.token_offset;
  return absl::OkStatus();
}

}  // namespace mneme
