#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {

void ByteTokenizer::AppendEncoded(absl::string_view text, bool bos, bool eos,
                                  std::vector<int32_t>* ids) const {
  const size_t begin = ids->size();
  ids->resize(begin + text.size() + (bos ? 1 : 0) + (eos ? 1 : 0));
  int32_t* out = ids->data() + begin;
  if (bos) *out++ = kBosId;
  for (size_t i = 0; i < text.size(); ++i) out[i] = static_cast<uint8_t>(text[i]);
  if (eos) out[text.size()] = kEosId;
}

std::string ByteTokenizer::Decode(absl::Span<const int32_t> ids) const {
  std::string text;
  text.reserve(ids.size());
  for (int32_t id : ids) {
    if (id >= 0 && id < 256) text.push_back(static_cast<char>(id));
  }
  return text;
}

int64_t ByteTokenizer::TextBytes(absl::Span<const int32_t> ids) const {
  int64_t bytes = 0;
  for (int32_t id : ids) bytes += static_cast<uint32_t>(id) < 256;
  return bytes;
}

}  // namespace mneme
