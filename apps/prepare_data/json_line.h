// A document as a line of jsonl.

#ifndef MNEME_APPS_PREPARE_DATA_JSON_LINE_H_
#define MNEME_APPS_PREPARE_DATA_JSON_LINE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// Sets `line` to {"text": TEXT} and a newline. `text` is UTF-8; of its characters only those are
// escaped that JSON (RFC 8259, section 7) wants escaped.
void SetJsonLine(absl::string_view text, std::string* line);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_JSON_LINE_H_
