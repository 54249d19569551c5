#include "apps/generate/completion_text.h"

#include "absl/strings/str_cat.h"

namespace mneme {

std::string CompletionText::Append(int32_t token) {
  const std::string bytes =
      begins_text_ ? tokenizer_->Decode({token}) : tokenizer_->DecodeContinuation({token});
  begins_text_ = false;
  return stream_.Append(stops_.Append(bytes));
}

std::string CompletionText::End() {
  const std::string text = stream_.Append(stops_.End());
  return absl::StrCat(text, stream_.End());
}

}  // namespace mneme
