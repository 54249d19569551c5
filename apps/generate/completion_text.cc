#include "apps/generate/completion_text.h"

#include "absl/strings/str_cat.h"

namespace mneme {

std::string CompletionText::Append(int32_t token) {
  const std::string before = tokenizer_->Decode({last_token_});
  const std::string both = tokenizer_->Decode({last_token_, token});
  last_token_ = token;
  return stream_.Append(stops_.Append(both.substr(std::min(before.size(), both.size()))));
}

std::string CompletionText::End() {
  const std::string text = stream_.Append(stops_.End());
  return absl::StrCat(text, stream_.End());
}

}  // namespace mneme
