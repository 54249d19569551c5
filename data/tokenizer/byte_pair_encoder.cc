#include "data/tokenizer/byte_pair_encoder.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "absl/strings/str_format.h"
#include "glog/logging.h"

namespace mneme {
namespace {

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

absl::Status BytePairEncoder::CheckTokens(const std::vector<std::string>& tokens) {
  std::array<bool, 256> found = {};
  for (const std::string& token : tokens) {
    if (token.size() == 1) found[static_cast<uint8_t>(token[0])] = true;
  }
  for (int byte = 0; byte < 256; ++byte) {
    if (found[byte]) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "no token is the byte 0x%02X; expected one for each of the 256 bytes", byte));
  }
  return absl::OkStatus();
}

BytePairEncoder::BytePairEncoder(const std::vector<std::string>& tokens,
                                 absl::Span<const BytePairMerge> merges, bool whole_pieces) {
  AddTokens(tokens);
  merges_.reserve(merges.size());
  for (size_t rank = 0; rank < merges.size(); ++rank) AddMerge(merges[rank], rank);
  if (whole_pieces) return;
  Scratch scratch;
  std::vector<int32_t> ids;
  absl::erase_if(whole_pieces_, [&](const auto& token) {
    ids.clear();
    MergeBytes(token.first, &scratch, &ids);
    return ids.size() != 1;
  });
}

BytePairEncoder::BytePairEncoder(const std::vector<std::string>& tokens) {
  AddTokens(tokens);
  for (size_t id = 0; id < tokens.size(); ++id) {
    const absl::string_view token = tokens[id];
    for (size_t cut = 1; cut < token.size(); ++cut) {
      const auto left = whole_pieces_.find(token.substr(0, cut));
      if (left == whole_pieces_.end()) continue;
      const auto right = whole_pieces_.find(token.substr(cut));
      if (right == whole_pieces_.end()) continue;
      const int32_t merged = static_cast<int32_t>(id);
      AddMerge({left->second, right->second, merged}, merged);
    }
  }
}

void BytePairEncoder::AddTokens(const std::vector<std::string>& tokens) {
  byte_ids_.fill(-1);
  whole_pieces_.reserve(tokens.size());
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty()) continue;
    whole_pieces_[tokens[id]] = static_cast<int32_t>(id);
    if (tokens[id].size() == 1) byte_ids_[static_cast<uint8_t>(tokens[id][0])] = id;
  }
  for (const int32_t id : byte_ids_) CHECK_GE(id, 0) << "a byte without a token";
}

void BytePairEncoder::AddMerge(const BytePairMerge& merge, int32_t rank) {
  merges_.insert({PairKey(merge.left, merge.right), {rank, merge.merged}});
}

void BytePairEncoder::AppendIds(absl::string_view piece, Scratch* scratch,
                                std::vector<int32_t>* ids) const {
  const auto whole = whole_pieces_.find(piece);
  if (whole != whole_pieces_.end()) {
    ids->push_back(whole->second);
  } else {
    MergeBytes(piece, scratch, ids);
  }
}

void BytePairEncoder::MergeBytes(absl::string_view piece, Scratch* scratch,
                                 std::vector<int32_t>* ids) const {
  CHECK_LT(piece.size(), std::numeric_limits<int32_t>::max());
  const int32_t size = static_cast<int32_t>(piece.size());
  std::vector<Scratch::Symbol>& symbols = scratch->symbols;
  std::vector<uint64_t>& candidates = scratch->candidates;
  symbols.resize(size);
  candidates.clear();

  // Finds out whether the symbol may be merged with its next one; true if so.
  const auto look_up = [&](int32_t index) {
    Scratch::Symbol& symbol = symbols[index];
    symbol.rank = -1;
    if (symbol.next == size) return false;
    const auto merge = merges_.find(PairKey(symbol.id, symbols[symbol.next].id));
    if (merge == merges_.end()) return false;
    symbol.rank = merge->second.rank;
    symbol.merged = merge->second.id;
    candidates.push_back(static_cast<uint64_t>(symbol.rank) << 32 | static_cast<uint32_t>(index));
    return true;
  };
  const auto look_up_again = [&](int32_t index) {
    if (look_up(index)) std::push_heap(candidates.begin(), candidates.end(), std::greater<>());
  };

  for (int32_t i = 0; i < size; ++i) {
    symbols[i] = {byte_ids_[static_cast<uint8_t>(piece[i])], i - 1, i + 1, -1, -1};
  }
  for (int32_t i = 0; i < size; ++i) look_up(i);
  std::make_heap(candidates.begin(), candidates.end(), std::greater<>());
  while (!candidates.empty()) {
    const int32_t rank = static_cast<int32_t>(candidates.front() >> 32);
    const int32_t index = static_cast<int32_t>(candidates.front());
    std::pop_heap(candidates.begin(), candidates.end(), std::greater<>());
    candidates.pop_back();
    Scratch::Symbol& symbol = symbols[index];
    if (symbol.rank != rank) continue;  // it or its next has been merged since
    Scratch::Symbol& right = symbols[symbol.next];
    right.rank = -1;
    symbol.id = symbol.merged;
    symbol.next = right.next;
    if (symbol.next < size) symbols[symbol.next].previous = index;
    look_up_again(index);
    if (symbol.previous >= 0) look_up_again(symbol.previous);
  }
  for (int32_t i = 0; i < size; i = symbols[i].next) ids->push_back(symbols[i].id);
}

}  // namespace mneme
