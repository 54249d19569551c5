// The fixed split of a corpus into training and held-out documents.

#ifndef MNEME_DATA_CORPUS_DOCUMENT_HASH_H_
#define MNEME_DATA_CORPUS_DOCUMENT_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

// One document in this many is held out where no validation file says which.
constexpr uint64_t kHeldOutOneIn = 50;

// A 64-bit hash of bytes, the same on every machine and in every version: which documents are
// held out must not change between a training run and its evaluation. Not for adversaries.
uint64_t HashBytes(absl::string_view bytes);

// HashBytes over the memory of `tokens`, going on from `hash` (0 at first).
uint64_t HashTokens(uint64_t hash, absl::Span<const int32_t> tokens);

// Whether the document with this text is held out. By content, so that two copies of a document
// are never on different sides, wherever they are and however the corpus grows.
inline bool IsHeldOut(absl::string_view text) { return HashBytes(text) % kHeldOutOneIn == 0; }

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_DOCUMENT_HASH_H_
