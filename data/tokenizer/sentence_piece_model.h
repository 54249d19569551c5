// libsentencepiece, behind a wall: its header declares an absl::string_view of its own, so no
// other file can include both it and abseil.

#ifndef MNEME_DATA_TOKENIZER_SENTENCE_PIECE_MODEL_H_
#define MNEME_DATA_TOKENIZER_SENTENCE_PIECE_MODEL_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mneme {

class SentencePieceModel {
 public:
  // From the contents of a .model file; null if they are none.
  static std::unique_ptr<const SentencePieceModel> Parse(std::string_view contents);
  ~SentencePieceModel();

  // May be called from several threads.
  std::vector<int32_t> Encode(std::string_view text) const;

  int32_t size() const;
  int32_t bos_id() const;  // -1 if the model has none
  int32_t eos_id() const;  // -1 if the model has none

  // The bytes that a token adds behind others; none for a control token.
  std::string TokenBytes(int32_t id) const;

  // Whether encoding puts a space before every text, which decoding takes away.
  bool has_space_before_text() const { return has_space_before_text_; }

  // Whether "the  owls" has the ids of "the" and then those of " owls": a text may be cut in front
  // of each run of spaces, which loses its first space, unless nothing would be left behind that.
  // It is so where encoding puts a space before every text, keeps the spaces and newlines that are
  // in it, and no token has a space behind another character.
  bool may_cut_before_spaces() const { return may_cut_before_spaces_; }

  // Whether no token can reach from `a` to `b` behind it, so that "owls, and" has the ids of "owls"
  // and then those of "s, and", less those of "s". It is so for printable ASCII and newlines that
  // no token has side by side, where a text may be cut before spaces as well.
  bool may_cut_between(char a, char b) const {
    return IsAscii(a) && IsAscii(b) && cuts_[PairIndex(a, b)];
  }
  // How many ids a text of this character has, which a text may be cut before.
  int32_t ids_alone(char c) const { return ids_alone_[static_cast<unsigned char>(c)]; }

 private:
  struct Processor;
  explicit SentencePieceModel(std::unique_ptr<Processor> processor);

  static constexpr int kAscii = 128;
  static bool IsAscii(char c) { return static_cast<unsigned char>(c) < kAscii; }
  static int PairIndex(char a, char b) { return a * kAscii + b; }

  void FindCuts();
  std::string EncodedBytes(std::string_view text) const;  // of all tokens of `text`
  bool HasSpaceInsideToken() const;

  const std::unique_ptr<const Processor> processor_;
  bool has_space_before_text_ = false;
  bool may_cut_before_spaces_ = false;
  std::bitset<kAscii * kAscii> cuts_;
  std::array<int32_t, kAscii> ids_alone_ = {};
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_SENTENCE_PIECE_MODEL_H_
