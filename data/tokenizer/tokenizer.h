// Text to token ids and back.

#ifndef MNEME_DATA_TOKENIZER_TOKENIZER_H_
#define MNEME_DATA_TOKENIZER_TOKENIZER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

// Ids are 0 .. vocab_size() - 1. Every method is const and may be called from several threads.
// Text is UTF-8; whoever reads it from the world checks that (see data/corpus).
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Appends the ids of `text` to `ids`, after bos_id() if `bos` and before eos_id() if `eos`.
  // One virtual call a document: no cost per token.
  virtual void AppendEncoded(absl::string_view text, bool bos, bool eos,
                             std::vector<int32_t>* ids) const = 0;

  // The text of `ids`; ids that stand for no text (BOS, EOS) give none. A cut through a
  // character gives a part of its bytes.
  virtual std::string Decode(absl::Span<const int32_t> ids) const = 0;

  // How many bytes of text `ids` stand for, the denominator of bits per byte.
  virtual int64_t TextBytes(absl::Span<const int32_t> ids) const { return Decode(ids).size(); }

  virtual int64_t vocab_size() const = 0;
  virtual int32_t bos_id() const = 0;
  virtual int32_t eos_id() const = 0;
  virtual absl::string_view name() const = 0;  // as in data.tokenizer.name

  std::vector<int32_t> Encode(absl::string_view text, bool bos, bool eos) const {
    std::vector<int32_t> ids;
    AppendEncoded(text, bos, eos, &ids);
    return ids;
  }
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_TOKENIZER_H_
