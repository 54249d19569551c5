#include "data/text/python_str.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace mneme {
namespace {

using CodePoint = utf8proc_int32_t;

CodePoint FirstOf(absl::string_view text, int64_t* bytes) {
  CodePoint c = 0;
  *bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                            static_cast<utf8proc_ssize_t>(text.size()), &c);
  if (*bytes <= 0) *bytes = 1;  // not UTF-8: goes on behind it
  return c;
}

CodePoint LastOf(absl::string_view text, int64_t* bytes) {
  size_t begin = text.size() - 1;
  while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
  return FirstOf(text.substr(begin), bytes);
}

void Append(CodePoint c, std::string* text) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const int64_t count = utf8proc_encode_char(c, bytes.data());
  text->append(reinterpret_cast<const char*>(bytes.data()), count);
}

bool IsSpace(CodePoint c) {
  static constexpr CodePoint kOthers[] = {0x20,   0x85,   0xA0,   0x1680, 0x2028,
                                          0x2029, 0x202F, 0x205F, 0x3000};
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || (c >= 0x2000 && c <= 0x200A) ||
         std::find(std::begin(kOthers), std::end(kOthers), c) != std::end(kOthers);
}

bool IsLetter(CodePoint c) {
  const utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool EndsInLetter(absl::string_view text) {
  int64_t bytes;
  return !text.empty() && IsLetter(LastOf(text, &bytes));
}

bool BeginsWithLetter(absl::string_view text) {
  int64_t bytes;
  return !text.empty() && IsLetter(FirstOf(text, &bytes));
}

// Appends the lower case of text[begin:].
void AppendLower(absl::string_view text, size_t begin, std::string* lower) {
  constexpr CodePoint kSigma = 0x3A3, kFinalSigma = 0x3C2, kDottedI = 0x130, kDotAbove = 0x307;
  for (size_t at = begin; at < text.size();) {
    int64_t bytes;
    const CodePoint c = FirstOf(text.substr(at), &bytes);
    const bool ends_word = c == kSigma && EndsInLetter(text.substr(0, at)) &&
                           !BeginsWithLetter(text.substr(at + bytes));
    Append(ends_word ? kFinalSigma : c == kDottedI ? 'i' : utf8proc_tolower(c), lower);
    if (c == kDottedI) Append(kDotAbove, lower);
    at += bytes;
  }
}

}  // namespace

absl::string_view PythonRStrip(absl::string_view text) {
  int64_t bytes;
  while (!text.empty() && IsSpace(LastOf(text, &bytes))) text.remove_suffix(bytes);
  return text;
}

absl::string_view PythonStrip(absl::string_view text) {
  int64_t bytes;
  while (!text.empty() && IsSpace(FirstOf(text, &bytes))) text.remove_prefix(bytes);
  return PythonRStrip(text);
}

int64_t PythonLength(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::string PythonLower(absl::string_view text) {
  std::string lower;
  AppendLower(text, 0, &lower);
  return lower;
}

std::string PythonCapitalize(absl::string_view text) {
  if (text.empty()) return "";
  int64_t bytes;
  std::string result;
  Append(utf8proc_totitle(FirstOf(text, &bytes)), &result);
  AppendLower(text, bytes, &result);
  return result;
}

bool EndsOutsideWord(absl::string_view before) {
  if (before.empty()) return true;
  int64_t bytes;
  const CodePoint c = LastOf(before, &bytes);
  const utf8proc_category_t category = utf8proc_category(c);
  const bool is_number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
  return c != '_' && !is_number && !IsLetter(c);
}

}  // namespace mneme
