#include "data/tokenizer/regex_splitter.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Unicode's property White_Space, as the inside of a character class.
constexpr char kSpaces[] =
    R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

// A piece of several spaces leaves one to the text behind it: the alternatives in which
// tokenizers write that, last in their patterns.
constexpr absl::string_view kSpaceTails[] = {R"(|\s++$|\s+(?!\S)|\s)", R"(|\s+(?!\S)|\s+)",
                                             R"(|\s+(?!\S)|\s)"};

absl::Status Refuse(absl::string_view pattern, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the regular expression '", pattern, "' cannot be used here: ", why));
}

// `pattern` in RE2's syntax, where \s and \d are ASCII only. What else RE2 takes to mean something
// other than the tokenizers' libraries do is refused.
absl::StatusOr<std::string> ToRe2Syntax(absl::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char escaped = pattern[++i];
      if (escaped == 's') {
        absl::StrAppend(&out, in_class ? "" : "[", kSpaces, in_class ? "" : "]");
      } else if (escaped == 'S' && !in_class) {
        absl::StrAppend(&out, "[^", kSpaces, "]");
      } else if (escaped == 'd') {
        out += R"(\p{Nd})";
      } else if (absl::StrContains("SDwWbBAzZG", escaped)) {
        return Refuse(pattern, absl::StrCat("\\", absl::string_view(&escaped, 1),
                                            " is not supported in this place"));
      } else {
        out += {c, escaped};
      }
      continue;
    }
    if (!in_class && (c == '^' || c == '$')) return Refuse(pattern, "anchors are not supported");
    if (in_class && c == '[') return Refuse(pattern, "a class in a class is not supported");
    if (c == '[') {
      in_class = true;
      out += c;
      // A closing bracket that comes first, also behind ^, is a member of the class.
      if (absl::StartsWith(pattern.substr(i + 1), "^")) out += pattern[++i];
      if (absl::StartsWith(pattern.substr(i + 1), "]")) out += pattern[++i];
      continue;
    }
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

absl::StatusOr<std::unique_ptr<const RE2>> Compile(const std::string& regex,
                                                   absl::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<const RE2>(regex, options);
  if (!compiled->ok()) return Refuse(pattern, compiled->error());
  return compiled;
}

// Bytes of the white space that `text` begins with, and of its last character.
struct SpaceRun {
  size_t bytes = 0;
  size_t last_bytes = 0;
};

SpaceRun LeadingSpace(absl::string_view text) {
  static const RE2* const spaces = new RE2(absl::StrCat("[", kSpaces, "]+"));
  re2::StringPiece run;
  const re2::StringPiece all(text.data(), text.size());
  if (!spaces->Match(all, 0, all.size(), RE2::ANCHOR_START, &run, 1)) return {};
  size_t last = run.size() - 1;
  while ((static_cast<uint8_t>(run[last]) & 0xC0) == 0x80) --last;  // to a character's first byte
  return {run.size(), run.size() - last};
}

}  // namespace

const absl::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const absl::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

absl::StatusOr<RegexSplitter> RegexSplitter::Create(absl::string_view pattern) {
  RegexSplitter splitter;
  absl::string_view head = pattern;
  for (const absl::string_view tail : kSpaceTails) {
    if (absl::ConsumeSuffix(&head, tail)) splitter.keeps_space_for_text_ = true;
  }
  MNEME_ASSIGN_OR_RETURN(const std::string regex, ToRe2Syntax(head));
  const std::string or_space =
      splitter.keeps_space_for_text_ ? absl::StrCat("|[", kSpaces, "]") : "";
  MNEME_ASSIGN_OR_RETURN(splitter.piece_, Compile(regex, pattern));
  MNEME_ASSIGN_OR_RETURN(splitter.next_, Compile(absl::StrCat(regex, or_space), pattern));
  if (RE2::FullMatch("", *splitter.piece_)) return Refuse(pattern, "it matches an empty text");
  return splitter;
}

size_t RegexSplitter::FirstPiece(absl::string_view text) const {
  const re2::StringPiece all(text.data(), text.size());
  re2::StringPiece match;
  if (piece_->Match(all, 0, all.size(), RE2::ANCHOR_START, &match, 1)) return match.size();
  if (keeps_space_for_text_) {
    const SpaceRun run = LeadingSpace(text);
    const bool gives_one_away = run.bytes < text.size() && run.bytes > run.last_bytes;
    if (run.bytes > 0) return run.bytes - (gives_one_away ? run.last_bytes : 0);
  }
  if (!next_->Match(all, 0, all.size(), RE2::UNANCHORED, &match, 1)) return text.size();
  return match.data() - all.data();
}

}  // namespace mneme
