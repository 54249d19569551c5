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
// Text is UTF-8; whoever reads it from the world checks that (see data/corpus). Text never gives
// a control token: "<|endoftext|>" in a document is these thirteen characters.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Appends the ids of `text` to `ids`, after bos_id() if `bos` and before eos_id() if `eos`.
  // One virtual call a document: no cost per token.
  virtual void AppendEncoded(absl::string_view text, bool bos, bool eos,
                             std::vector<int32_t>* ids) const = 0;

  // The bytes that `id` adds behind other tokens, possibly a part of a character; none for a
  // control token (BOS, EOS) and for an id that does not exist. Valid as long as the tokenizer.
  virtual absl::string_view TokenBytes(int32_t id) const = 0;

  // The text of `ids`, from its beginning: DecodeContinuation(ids), less what encoding puts
  // before every text.
  virtual std::string Decode(absl::Span<const int32_t> ids) const {
    return DecodeContinuation(ids);
  }

  virtual int64_t vocab_size() const = 0;
  virtual int32_t bos_id() const = 0;  // eos_id() for a tokenizer without one
  virtual int32_t eos_id() const = 0;
  virtual absl::string_view name() const = 0;  // as in data.tokenizer.name

  std::vector<int32_t> Encode(absl::string_view text, bool bos, bool eos) const {
    std::vector<int32_t> ids;
    AppendEncoded(text, bos, eos, &ids);
    return ids;
  }

  // What `ids` add to the text of the tokens before them.
  std::string DecodeContinuation(absl::Span<const int32_t> ids) const {
    std::string text;
    for (const int32_t id : ids) text.append(TokenBytes(id).data(), TokenBytes(id).size());
    return text;
  }

  // How many bytes of text `ids` stand for, the denominator of bits per byte.
  virtual int64_t TextBytes(absl::Span<const int32_t> ids) const {
    int64_t bytes = 0;
    for (const int32_t id : ids) bytes += static_cast<int64_t>(TokenBytes(id).size());
    return bytes;
  }
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_TOKENIZER_H_
