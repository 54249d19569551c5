#include "data/tokenizer/bpe_tokenizer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "data/tokenizer/nfc.h"

namespace mneme {
namespace {

// Matches any of `words`, where several do the longest.
std::unique_ptr<const RE2> AnyOf(std::vector<std::string> words) {
  std::sort(words.begin(), words.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return std::make_unique<const RE2>(absl::StrJoin(
      words, "|",
      [](std::string* out, const std::string& word) { out->append(RE2::QuoteMeta(word)); }));
}

}  // namespace

BpeTokenizer::BpeTokenizer(BpeVocabulary vocabulary, BytePairEncoder encoder)
    : name_(std::move(vocabulary.name)),
      tokens_(vocabulary.tokens),
      bos_id_(vocabulary.bos_id),
      eos_id_(vocabulary.eos_id),
      is_nfc_(vocabulary.is_nfc),
      splitters_(std::move(vocabulary.splitters)),
      encoder_(std::move(encoder)) {
  std::vector<std::string> words;
  for (const int32_t id : vocabulary.words) {
    words.push_back(vocabulary.tokens[id]);
    words_[words.back()] = id;
  }
  if (!words.empty()) word_ = AnyOf(std::move(words));
}

void BpeTokenizer::AppendEncoded(absl::string_view text, bool bos, bool eos,
                                 std::vector<int32_t>* ids) const {
  Work work{.known = WordCache::Use(&pieces_)};
  std::string normalized;
  if (is_nfc_) text = normalized = ToNfc(text);
  if (bos) ids->push_back(bos_id_);
  if (word_ != nullptr) {
    re2::StringPiece word;
    while (word_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED,
                        &word, 1)) {
      const size_t before = word.data() - text.data();
      AppendPieces(text.substr(0, before), 0, &work, ids);
      ids->push_back(words_.at(absl::string_view(word.data(), word.size())));
      text.remove_prefix(before + word.size());
    }
  }
  AppendPieces(text, 0, &work, ids);
  if (eos) ids->push_back(eos_id_);
}

void BpeTokenizer::AppendPieces(absl::string_view text, size_t splitter, Work* work,
                                std::vector<int32_t>* ids) const {
  while (!text.empty()) {
    const bool cuts = splitter < splitters_.size();
    const size_t bytes = cuts ? splitters_[splitter].FirstPiece(text) : text.size();
    const absl::string_view piece = text.substr(0, bytes);
    if (splitter + 1 < splitters_.size()) {
      AppendPieces(piece, splitter + 1, work, ids);
    } else {
      AppendPiece(piece, work, ids);
    }
    text.remove_prefix(bytes);
  }
}

void BpeTokenizer::AppendPiece(absl::string_view piece, Work* work,
                               std::vector<int32_t>* ids) const {
  if (work->known.AppendIds(piece, 0, ids)) return;
  const size_t begin = ids->size();
  encoder_.AppendIds(piece, &work->scratch, ids);
  work->known.Add(piece, absl::MakeConstSpan(*ids).subspan(begin));
}

}  // namespace mneme
