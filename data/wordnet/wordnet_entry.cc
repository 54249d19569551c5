#include "data/wordnet/wordnet_entry.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/corpus/document_hash.h"
#include "data/wordnet/gloss.h"

namespace mneme {
namespace {

// Null for a letter that WordNet does not use.
const char* PartOfSpeech(absl::string_view type) {
  if (type == "n") return "noun";
  if (type == "v") return "verb";
  if (type == "a" || type == "s") return "adjective";
  if (type == "r") return "adverb";
  return nullptr;
}

std::string CleanWord(absl::string_view word) {
  for (const absl::string_view marker : {"(p)", "(a)", "(ip)"}) {
    if (absl::EndsWith(word, marker)) word.remove_suffix(marker.size());
  }
  std::string clean(word);
  std::replace(clean.begin(), clean.end(), '_', ' ');
  return clean;
}

}  // namespace

std::string EntryText(const WordNetEntry& entry) {
  std::string text = absl::StrCat(entry.head, " ", entry.gloss);
  for (const std::string& example : entry.examples) absl::StrAppend(&text, "; \"", example, "\"");
  return text;
}

absl::StatusOr<WordNetEntry> ParseWordNetLine(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(line, absl::MaxSplits(" | ", 1));
  const std::vector<absl::string_view> fields = absl::StrSplit(halves.first, ' ');
  constexpr int64_t kFirstWord = 4;
  int32_t word_count = 0;
  if (fields.size() <= kFirstWord || fields[0].size() != 8 || halves.second.empty() ||
      !absl::SimpleHexAtoi(fields[3], &word_count) || word_count < 1 ||
      fields.size() < kFirstWord + 2 * word_count) {
    return absl::InvalidArgumentError(
        "expected 'offset file type word_count (word lex_id)... | gloss'");
  }
  const absl::string_view type = fields[2];
  const char* part_of_speech = PartOfSpeech(type);
  if (part_of_speech == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one of the types n, v, a, s and r, but found '", type, "'"));
  }
  std::vector<std::string> words;
  for (int32_t i = 0; i < word_count; ++i) words.push_back(CleanWord(fields[kFirstWord + 2 * i]));

  Gloss gloss = SplitGloss(halves.second);
  WordNetEntry entry;
  entry.head = absl::StrCat(absl::StrJoin(words, ", "), " (", part_of_speech, "):");
  entry.gloss = std::move(gloss.definition);
  entry.examples = std::move(gloss.examples);
  entry.held_out = IsHeldOut(absl::StrCat(type, fields[0]));
  if (entry.gloss.empty()) return absl::InvalidArgumentError("the gloss is empty");
  return entry;
}

}  // namespace mneme
