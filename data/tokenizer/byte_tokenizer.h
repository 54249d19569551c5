// The tokenizer that needs no file: one id a byte.

#ifndef MNEME_DATA_TOKENIZER_BYTE_TOKENIZER_H_
#define MNEME_DATA_TOKENIZER_BYTE_TOKENIZER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"

namespace mneme {

// Ids 0 .. 255 are the bytes, 256 is BOS, 257 is EOS; ids from 256 on decode to nothing.
class ByteTokenizer : public Tokenizer {
 public:
  static constexpr int32_t kBosId = 256;
  static constexpr int32_t kEosId = 257;
  static constexpr int64_t kVocabSize = 258;

  void AppendEncoded(absl::string_view text, bool bos, bool eos,
                     std::vector<int32_t>* ids) const override;
  absl::string_view TokenBytes(int32_t id) const override;
  int64_t TextBytes(absl::Span<const int32_t> ids) const override;  // vectorised

  int64_t vocab_size() const override { return kVocabSize; }
  int32_t bos_id() const override { return kBosId; }
  int32_t eos_id() const override { return kEosId; }
  absl::string_view name() const override { return "bytes"; }
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_BYTE_TOKENIZER_H_
