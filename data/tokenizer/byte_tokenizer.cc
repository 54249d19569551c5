#include "data/tokenizer/byte_tokenizer.h"

#include <array>

namespace mneme {
namespace {

constexpr std::array<char, 256> kBytes = [] {
  std::array<char, 256> bytes = {};
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}();

}  // namespace

void ByteTokenizer::AppendEncoded(absl::string_view text, bool bos, bool eos,
                                  std::vector<int32_t>* ids) const {
  const size_t begin = ids->size();
  ids->resize(begin + text.size() + (bos ? 1 : 0) + (eos ? 1 : 0));
  int32_t* out = ids->data() + begin;
  if (bos) *out++ = kBosId;
  for (size_t i = 0; i < text.size(); ++i) out[i] = static_cast<uint8_t>(text[i]);
  if (eos) out[text.size()] = kEosId;
}

absl::string_view ByteTokenizer::TokenBytes(int32_t id) const {
  if (static_cast<uint32_t>(id) >= kBytes.size()) return "";
  return absl::string_view(&kBytes[id], 1);
}

int64_t ByteTokenizer::TextBytes(absl::Span<const int32_t> ids) const {
  int64_t bytes = 0;
  for (int32_t id : ids) bytes += static_cast<uint32_t>(id) < 256;
  return bytes;
}

}  // namespace mneme
