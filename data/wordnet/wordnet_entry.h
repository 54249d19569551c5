// One synset of WordNet as a short text.

#ifndef MNEME_DATA_WORDNET_WORDNET_ENTRY_H_
#define MNEME_DATA_WORDNET_WORDNET_ENTRY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

struct WordNetEntry {
  std::string head;                   // "great blue heron, Ardea herodius (noun):"
  std::string gloss;                  // "large American heron having bluish-grey plumage"
  std::vector<std::string> examples;  // sentences, without quotation marks
  bool held_out = false;              // never trained on
};

// The whole text: head, space, gloss, then each example as `; "example"`.
std::string EntryText(const WordNetEntry& entry);

// Reads a line of data.noun, data.verb, data.adj or data.adv:
//   offset file type word_count (word lex_id)... pointers | gloss       (wndb(5WN))
// The head is every word of the synset, the first one first; underscores become spaces, and an
// adjective's marker of its place, (p), (a) or (ip), goes. Part of speech: noun, verb, adjective
// (satellites too) or adverb.
// One entry in kHeldOutOneIn is held out, by the hash of type and offset, such as "n02008041":
// it stays so for this release of WordNet.
// Errors: InvalidArgument when the line is of another form.
absl::StatusOr<WordNetEntry> ParseWordNetLine(absl::string_view line);

}  // namespace mneme

#endif  // MNEME_DATA_WORDNET_WORDNET_ENTRY_H_
