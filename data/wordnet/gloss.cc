#include "data/wordnet/gloss.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mneme {
namespace {

// Without white space around, nor punctuation that led to something now gone.
absl::string_view Trim(absl::string_view text) {
  const size_t begin = text.find_first_not_of(" ;,:");
  if (begin == absl::string_view::npos) return absl::string_view();
  return text.substr(begin, text.find_last_not_of(" ;,:") - begin + 1);
}

std::string Clean(absl::string_view text) {
  std::string clean(text);
  std::replace(clean.begin(), clean.end(), '`', '\'');
  std::replace(clean.begin(), clean.end(), '_', ' ');
  absl::RemoveExtraAsciiWhitespace(&clean);
  return clean;
}

// A gloss whose marks do not pair: what comes before the part with the first of them.
Gloss WithoutExamples(absl::string_view text) {
  const absl::string_view before = text.substr(0, text.find('"'));
  const size_t last_part = before.rfind(';');
  const absl::string_view definition =
      Trim(last_part == absl::string_view::npos ? before : before.substr(0, last_part));
  return {Clean(definition), {}};
}

}  // namespace

Gloss SplitGloss(absl::string_view text) {
  // Pieces 1, 3, 5, ... stand between quotation marks.
  const std::vector<absl::string_view> pieces = absl::StrSplit(text, '"');
  if (pieces.size() % 2 == 0) return WithoutExamples(text);
  Gloss gloss;
  std::vector<std::string> parts;
  for (size_t i = 0; i < pieces.size(); ++i) {
    absl::string_view piece = pieces[i];
    if (i % 2 == 1) {
      std::string example = Clean(piece);
      if (!example.empty()) gloss.examples.push_back(std::move(example));
      continue;
    }
    if (i > 0) {
      const size_t semicolon = piece.find(';');
      if (semicolon == absl::string_view::npos) continue;
      piece.remove_prefix(semicolon);
    }
    std::string part = Clean(Trim(piece));
    if (!part.empty()) parts.push_back(std::move(part));
  }
  gloss.definition = absl::StrJoin(parts, "; ");
  return gloss;
}

}  // namespace mneme
