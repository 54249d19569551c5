// A WordNet gloss taken apart.

#ifndef MNEME_DATA_WORDNET_GLOSS_H_
#define MNEME_DATA_WORDNET_GLOSS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

struct Gloss {
  std::string definition;
  std::vector<std::string> examples;  // without quotation marks
};

// Takes apart `definition; "example"; "example"- Author; more of the definition`.
// What stands outside quotation marks is the definition, its parts joined with "; "; what follows
// an example up to the next semicolon (an author, mostly) is dropped. `quotes' become 'quotes',
// underscores and runs of white space one space. The few glosses with an odd number of quotation
// marks lose their examples, for nobody can say where they begin.
Gloss SplitGloss(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_WORDNET_GLOSS_H_
