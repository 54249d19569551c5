// Text as Python's str sees it, where an evaluation's definition is one of its methods. All text is
// valid UTF-8.

#ifndef MNEME_DATA_TEXT_PYTHON_STR_H_
#define MNEME_DATA_TEXT_PYTHON_STR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// The characters of str.isspace(), which are also those of \s, as a class of RE2's.
inline constexpr char kPythonSpaceClass[] =
    R"([\x09-\x0D\x1C-\x20\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}])";

// str.strip() and str.rstrip()
absl::string_view PythonStrip(absl::string_view text);
absl::string_view PythonRStrip(absl::string_view text);

// len(str): code points
int64_t PythonLength(absl::string_view text);

// str.lower() and str.capitalize() with Unicode's simple case mappings, and for lower() the two of
// its others that are in use: final sigma, and the dotted capital I.
std::string PythonLower(absl::string_view text);
std::string PythonCapitalize(absl::string_view text);

// Whether \b matches between the end of `before` and a letter behind it: `before` is empty or does
// not end in a letter, a number or an underscore.
bool EndsOutsideWord(absl::string_view before);

}  // namespace mneme

#endif  // MNEME_DATA_TEXT_PYTHON_STR_H_
