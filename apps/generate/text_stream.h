// Bytes of a model, as they come, made into text that can be shown.

#ifndef MNEME_APPS_GENERATE_TEXT_STREAM_H_
#define MNEME_APPS_GENERATE_TEXT_STREAM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// The result is valid UTF-8, whatever comes: what cannot belong to a character becomes U+FFFD, one
// for each maximal part of a character (Unicode 15, section 3.9, U+FFFD substitution). So do
// control characters other than newline, return and tab: they may be a terminal's commands.
class TextStream {
 public:
  // The text that is complete with these bytes; the beginning of a character is held back.
  std::string Append(absl::string_view bytes);

  // At the end: U+FFFD if a character has begun, else "".
  std::string End();

 private:
  std::string held_;  // the beginning of a character, at most 3 bytes
};

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_TEXT_STREAM_H_
