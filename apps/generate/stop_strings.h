// Strings that end a text.

#ifndef MNEME_APPS_GENERATE_STOP_STRINGS_H_
#define MNEME_APPS_GENERATE_STOP_STRINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

// The text ends before the first of the strings that is complete in it, wherever the pieces are
// cut in which it comes.
class StopStrings {
 public:
  // None of them empty.
  explicit StopStrings(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  // What is sure to belong to the text with this piece: what may be the beginning of a stop string
  // is held back, and nothing comes behind one.
  std::string Append(absl::string_view piece);

  // What was held back, if no more comes.
  std::string End();

  bool found() const { return found_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool found_ = false;
};

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_STOP_STRINGS_H_
