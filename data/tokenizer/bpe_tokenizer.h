// Byte-pair encoding over pieces of text, with special tokens: what tiktoken's and Hugging Face's
// tokenizers are.

#ifndef MNEME_DATA_TOKENIZER_BPE_TOKENIZER_H_
#define MNEME_DATA_TOKENIZER_BPE_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "data/tokenizer/byte_pair_encoder.h"
#include "data/tokenizer/regex_splitter.h"
#include "data/tokenizer/token_table.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/word_cache.h"
#include "re2/re2.h"

namespace mneme {

struct BpeVocabulary {
  std::string name;                 // of the tokenizer
  std::vector<std::string> tokens;  // bytes by id; "" for what no text gives, such as BOS
  int32_t bos_id = 0;
  int32_t eos_id = 0;

  bool is_nfc = false;  // text is normalised to Unicode's form C first

  // Tokens that are cut out of the text, the longest that fits, before anything else is done.
  std::vector<int32_t> words;

  // Each cuts the pieces of the one before it.
  std::vector<RegexSplitter> splitters;
};

class BpeTokenizer : public Tokenizer {
 public:
  BpeTokenizer(BpeVocabulary vocabulary, BytePairEncoder encoder);

  void AppendEncoded(absl::string_view text, bool bos, bool eos,
                     std::vector<int32_t>* ids) const override;
  absl::string_view TokenBytes(int32_t id) const override { return tokens_[id]; }

  int64_t vocab_size() const override { return tokens_.size(); }
  int32_t bos_id() const override { return bos_id_; }
  int32_t eos_id() const override { return eos_id_; }
  absl::string_view name() const override { return name_; }

 private:
  struct Work {
    WordCache::Use known;
    BytePairEncoder::Scratch scratch;
  };

  // Cuts `text` by the splitters from the given one on, and appends the ids of the pieces.
  void AppendPieces(absl::string_view text, size_t splitter, Work* work,
                    std::vector<int32_t>* ids) const;
  void AppendPiece(absl::string_view piece, Work* work, std::vector<int32_t>* ids) const;

  const std::string name_;
  const TokenTable tokens_;
  const int32_t bos_id_;
  const int32_t eos_id_;
  const bool is_nfc_;
  const std::vector<RegexSplitter> splitters_;
  const BytePairEncoder encoder_;
  std::unique_ptr<const RE2> word_;  // any of words_; null if there are none
  absl::flat_hash_map<std::string, int32_t> words_;
  mutable WordCache pieces_;
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_BPE_TOKENIZER_H_
