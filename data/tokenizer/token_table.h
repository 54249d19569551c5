// The bytes of every token of a vocabulary, side by side.

#ifndef MNEME_DATA_TOKENIZER_TOKEN_TABLE_H_
#define MNEME_DATA_TOKENIZER_TOKEN_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

class TokenTable {
 public:
  // tokens[id] are the bytes of the token `id`.
  explicit TokenTable(const std::vector<std::string>& tokens) {
    begins_.reserve(tokens.size() + 1);
    begins_.push_back(0);
    for (const std::string& token : tokens) {
      bytes_.insert(bytes_.end(), token.begin(), token.end());
      begins_.push_back(bytes_.size());
    }
  }

  int64_t size() const { return static_cast<int64_t>(begins_.size()) - 1; }

  // "" for an id that does not exist.
  absl::string_view operator[](int32_t id) const {
    if (id < 0 || id >= size()) return "";
    return absl::string_view(bytes_.data() + begins_[id], begins_[id + 1] - begins_[id]);
  }

 private:
  std::vector<char> bytes_;
  std::vector<uint64_t> begins_;  // [size() + 1], in bytes_
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_TOKEN_TABLE_H_
