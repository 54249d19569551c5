// SentencePiece models (Kudo and Richardson, 2018), such as Llama 2's tokenizer.

#ifndef MNEME_DATA_TOKENIZER_SP_TOKENIZER_H_
#define MNEME_DATA_TOKENIZER_SP_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/tokenizer/sentence_piece_model.h"
#include "data/tokenizer/token_table.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/word_cache.h"

namespace mneme {

// The library encodes. It takes about a microsecond a byte, so the text is cut where the model
// allows that, mostly into words and punctuation, and the ids of its pieces kept. Decoding is our
// own, so that a token at a time gives the same text as all at once, and a cut through a character
// its bytes.
class SpTokenizer : public Tokenizer {
 public:
  // Errors: a file that cannot be read, is no SentencePiece model, or has no EOS.
  static absl::StatusOr<std::unique_ptr<const SpTokenizer>> Load(const std::string& path);

  void AppendEncoded(absl::string_view text, bool bos, bool eos,
                     std::vector<int32_t>* ids) const override;
  absl::string_view TokenBytes(int32_t id) const override { return tokens_[id]; }
  std::string Decode(absl::Span<const int32_t> ids) const override;

  int64_t vocab_size() const override { return tokens_.size(); }
  int32_t bos_id() const override { return bos_id_; }
  int32_t eos_id() const override { return eos_id_; }
  absl::string_view name() const override { return "sp"; }

 private:
  explicit SpTokenizer(std::unique_ptr<const SentencePieceModel> model);

  const std::unique_ptr<const SentencePieceModel> model_;
  const TokenTable tokens_;
  const int32_t eos_id_;
  const int32_t bos_id_;
  mutable WordCache words_;
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_SP_TOKENIZER_H_
