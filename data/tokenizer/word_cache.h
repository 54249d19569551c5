// The ids of words that have been encoded before: most words of a text are.

#ifndef MNEME_DATA_TOKENIZER_WORD_CACHE_H_
#define MNEME_DATA_TOKENIZER_WORD_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace mneme {

class WordCache {
 public:
  // More words, or longer ones, are not kept; a cache that is full begins anew.
  static constexpr size_t kMaxWords = 1 << 18;
  static constexpr size_t kMaxWordBytes = 64;

  // What a thread that encodes a text holds meanwhile. Only one can have the cache: to the others
  // no word is known, so that none waits.
  class Use {
   public:
    explicit Use(WordCache* cache) : cache_(cache->mutex_.TryLock() ? cache : nullptr) {}
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    // Appends the ids of `word` from the one with index `begin`; false if they are not known.
    bool AppendIds(absl::string_view word, size_t begin, std::vector<int32_t>* ids) const;

    // From now on `word` has these ids.
    void Add(absl::string_view word, absl::Span<const int32_t> ids);

   private:
    WordCache* const cache_;
  };

 private:
  struct Range {  // of ids_
    uint32_t begin;
    uint32_t size;
  };

  absl::Mutex mutex_;  // guards the others
  absl::flat_hash_map<std::string, Range> words_;
  std::vector<int32_t> ids_;
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_WORD_CACHE_H_
