// Whether a model's answer to a question is one of the accepted ones.

#ifndef MNEME_DATA_TASKS_ANSWER_MATCH_H_
#define MNEME_DATA_TASKS_ANSWER_MATCH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

// Takes out "the ", "a " and "an " (as written, or with a capital) at the beginnings of words if
// drops_articles, then lowers the case and takes out ASCII punctuation. `text` is valid UTF-8.
std::string NormaliseAnswer(absl::string_view text, bool drops_articles);

// Whether they agree once normalised.
bool IsAccepted(absl::string_view answer, const std::vector<std::string>& accepted,
                bool drops_articles);

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_ANSWER_MATCH_H_
