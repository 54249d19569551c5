#include "apps/generate/ordered_output.h"

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

absl::Status OrderedOutput::Append(int64_t i, absl::string_view text) {
  if (text.empty()) return absl::OkStatus();
  if (static_cast<size_t>(i) == first_) return write_(text);
  absl::StrAppend(&texts_[i].waiting, text);
  return absl::OkStatus();
}

absl::Status OrderedOutput::End(int64_t i) {
  texts_[i].has_ended = true;
  while (first_ < texts_.size() && texts_[first_].has_ended) {
    if (++first_ == texts_.size() || texts_[first_].waiting.empty()) continue;
    MNEME_RETURN_IF_ERROR(write_(texts_[first_].waiting));
    texts_[first_].waiting.clear();
  }
  return absl::OkStatus();
}

}  // namespace mneme
