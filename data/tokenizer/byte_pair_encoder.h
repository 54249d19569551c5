// Byte-pair encoding (Sennrich et al., 2016, on bytes): a piece of text begins as its bytes, and
// of all neighbours that may be merged, those of the lowest rank are, the leftmost first, until
// none is left.

#ifndef MNEME_DATA_TOKENIZER_BYTE_PAIR_ENCODER_H_
#define MNEME_DATA_TOKENIZER_BYTE_PAIR_ENCODER_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

// `left` and `right` become `merged`, whose bytes are theirs.
struct BytePairMerge {
  int32_t left = 0;
  int32_t right = 0;
  int32_t merged = 0;
};

class BytePairEncoder {
 public:
  // Memory of AppendIds, to be used again for the next piece.
  struct Scratch;

  // Tokens are given by their bytes: tokens[id], "" for an id that is none. The single bytes must
  // be among them, so that every text has an encoding. Errors: InvalidArgument, naming a byte that
  // is not.
  static absl::Status CheckTokens(const std::vector<std::string>& tokens);

  // Merges by their ranks. With whole_pieces a piece that is a token becomes it, even if merging
  // its bytes would end elsewhere.
  BytePairEncoder(const std::vector<std::string>& tokens, absl::Span<const BytePairMerge> merges,
                  bool whole_pieces);

  // The rule of tiktoken: two neighbours may be merged if their bytes are a token, whose id is the
  // rank; and a piece that is a token becomes it.
  explicit BytePairEncoder(const std::vector<std::string>& tokens);

  // Appends the ids of `piece`, of n bytes, in a time of n log n at most.
  void AppendIds(absl::string_view piece, Scratch* scratch, std::vector<int32_t>* ids) const;

 private:
  struct Merge {
    int32_t rank;
    int32_t id;
  };

  void AddTokens(const std::vector<std::string>& tokens);
  void AddMerge(const BytePairMerge& merge, int32_t rank);
  void MergeBytes(absl::string_view piece, Scratch* scratch, std::vector<int32_t>* ids) const;

  std::array<int32_t, 256> byte_ids_;
  absl::flat_hash_map<std::string, int32_t> whole_pieces_;  // that become one token
  absl::flat_hash_map<uint64_t, Merge> merges_;             // by left << 32 | right
};

struct BytePairEncoder::Scratch {
  // A token of the piece in the making. The one that begins at byte i is symbols[i].
  struct Symbol {
    int32_t id;
    int32_t previous;  // index; -1 before the first
    int32_t next;      // index; the piece's size behind the last
    int32_t rank;      // of merging it with the next; -1 if that may not be, or it is gone
    int32_t merged;    // what merging it with the next gives
  };
  std::vector<Symbol> symbols;
  std::vector<uint64_t> candidates;  // heap of rank << 32 | index, the lowest at the top
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_BYTE_PAIR_ENCODER_H_
