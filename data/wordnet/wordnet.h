// WordNet as a corpus: an English dictionary that a package manager installs, small enough to
// learn from in minutes and full of facts for a memory to hold.

#ifndef MNEME_DATA_WORDNET_WORDNET_H_
#define MNEME_DATA_WORDNET_WORDNET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/wordnet/wordnet_entry.h"

namespace mneme {

// Where Debian's package wordnet-base puts it.
constexpr char kWordNetDir[] = "/usr/share/wordnet";

// Every entry of data.noun, data.verb, data.adj and data.adv in `dir`, in this order and the
// files' own: 117,659 for WordNet 3.0.
// Errors: NotFound when a file is missing, InvalidArgument (file:line) when it is no WordNet.
absl::StatusOr<std::vector<WordNetEntry>> LoadWordNet(const std::string& dir);

}  // namespace mneme

#endif  // MNEME_DATA_WORDNET_WORDNET_H_
