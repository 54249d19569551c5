#include "data/tokenizer/slow_splitter.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"

namespace mneme {
namespace {

enum class Kind { kLetter, kNumber, kSpace, kOther };

struct Char {
  std::string utf8;
  Kind kind;

  bool Is(Kind other) const { return kind == other; }
  bool EndsLine() const { return utf8 == "\r" || utf8 == "\n"; }
};

using Chars = std::vector<Char>;

bool IsSpace(absl::string_view utf8) {
  static constexpr absl::string_view kSpaces[] = {
      "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085", "\u00A0", "\u1680",
      "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
      "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
  return std::find(std::begin(kSpaces), std::end(kSpaces), utf8) != std::end(kSpaces);
}

Kind KindOf(const std::string& utf8) {
  static const RE2* const letter = new RE2("\\p{L}");
  static const RE2* const number = new RE2("\\p{N}");
  if (IsSpace(utf8)) return Kind::kSpace;
  if (RE2::FullMatch(utf8, *letter)) return Kind::kLetter;
  return RE2::FullMatch(utf8, *number) ? Kind::kNumber : Kind::kOther;
}

Chars CharsOf(absl::string_view text) {
  Chars chars;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) ++end;
    const std::string utf8(text.substr(begin, end - begin));
    chars.push_back({utf8, KindOf(utf8)});
    begin = end;
  }
  return chars;
}

// The end of the characters of one kind that begin at `i`.
size_t RunEnd(const Chars& c, size_t i, Kind kind) {
  while (i < c.size() && c[i].Is(kind)) ++i;
  return i;
}

size_t LineEndsEnd(const Chars& c, size_t i) {
  while (i < c.size() && c[i].EndsLine()) ++i;
  return i;
}

// How many characters of 's, 't, 're, 've, 'm, 'll, 'd begin at `i`; 0 if none does.
size_t ContractionSize(const Chars& c, size_t i, bool any_case) {
  std::string two, three;
  for (size_t k = i; k < std::min(i + 3, c.size()); ++k) {
    std::string utf8 = c[k].utf8;
    if (any_case) utf8 = absl::StrReplaceAll(absl::AsciiStrToLower(utf8), {{"\u017F", "s"}});
    if (k < i + 2) two += utf8;
    three += utf8;
  }
  for (const char* end : {"'s", "'t", "'m", "'d"}) {
    if (two == end) return 2;
  }
  for (const char* end : {"'re", "'ve", "'ll"}) {
    if (three == end) return 3;
  }
  return 0;
}

// \s+(?!\S)|\s+ at a white space.
size_t SpaceEnd(const Chars& c, size_t i) {
  const size_t end = RunEnd(c, i, Kind::kSpace);
  return end < c.size() && end > i + 1 ? end - 1 : end;
}

size_t Gpt2End(const Chars& c, size_t i) {
  if (const size_t size = ContractionSize(c, i, false)) return i + size;
  const size_t j = i + (c[i].utf8 == " " ? 1 : 0);
  if (j < c.size() && !c[j].Is(Kind::kSpace)) return RunEnd(c, j, c[j].kind);
  return SpaceEnd(c, i);
}

size_t Llama3End(const Chars& c, size_t i) {
  if (const size_t size = ContractionSize(c, i, true)) return i + size;
  const bool may_lead = !c[i].EndsLine() && !c[i].Is(Kind::kLetter) && !c[i].Is(Kind::kNumber);
  if (const size_t j = i + may_lead; j < c.size() && c[j].Is(Kind::kLetter)) {
    return RunEnd(c, j, Kind::kLetter);
  }
  if (c[i].Is(Kind::kNumber)) return std::min(i + 3, RunEnd(c, i, Kind::kNumber));
  const size_t j = i + (c[i].utf8 == " " ? 1 : 0);
  if (j < c.size() && c[j].Is(Kind::kOther)) return LineEndsEnd(c, RunEnd(c, j, Kind::kOther));
  for (size_t end = RunEnd(c, i, Kind::kSpace); end > i; --end) {
    if (c[end - 1].EndsLine()) return end;
  }
  return SpaceEnd(c, i);
}

std::vector<std::string> Pieces(absl::string_view text, size_t (*end_of)(const Chars&, size_t)) {
  const Chars chars = CharsOf(text);
  std::vector<std::string> pieces;
  for (size_t i = 0; i < chars.size();) {
    std::string& piece = pieces.emplace_back();
    for (const size_t end = end_of(chars, i); i < end; ++i) absl::StrAppend(&piece, chars[i].utf8);
  }
  return pieces;
}

}  // namespace

std::vector<std::string> SlowGpt2Pieces(absl::string_view text) { return Pieces(text, Gpt2End); }

std::vector<std::string> SlowLlama3Pieces(absl::string_view text) {
  return Pieces(text, Llama3End);
}

}  // namespace mneme
