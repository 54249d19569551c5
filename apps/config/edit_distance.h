// How far apart two words are, for "did you mean".

#ifndef MNEME_APPS_CONFIG_EDIT_DISTANCE_H_
#define MNEME_APPS_CONFIG_EDIT_DISTANCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`.
int64_t EditDistance(absl::string_view a, absl::string_view b);

// Mistakes allowed in a word of `length` characters before another is no suggestion.
int64_t AllowedMistakes(size_t length);

// The one of `names` nearest to `word`; "" if none is near, or the word too short to tell: gpu is
// next to cpu.
std::string NearestName(const std::vector<std::string>& names, absl::string_view word);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_EDIT_DISTANCE_H_
