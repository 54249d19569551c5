#include "data/tokenizer/word_cache.h"

namespace mneme {

WordCache::Use::~Use() {
  if (cache_ != nullptr) cache_->mutex_.Unlock();
}

bool WordCache::Use::AppendIds(absl::string_view word, size_t begin,
                               std::vector<int32_t>* ids) const {
  if (cache_ == nullptr || word.size() > kMaxWordBytes) return false;
  const auto known = cache_->words_.find(word);
  if (known == cache_->words_.end()) return false;
  const auto first = cache_->ids_.begin() + known->second.begin;
  ids->insert(ids->end(), first + begin, first + known->second.size);
  return true;
}

void WordCache::Use::Add(absl::string_view word, absl::Span<const int32_t> ids) {
  if (cache_ == nullptr || word.size() > kMaxWordBytes) return;
  if (cache_->words_.size() == kMaxWords) {
    cache_->words_.clear();
    cache_->ids_.clear();
  }
  const Range range = {static_cast<uint32_t>(cache_->ids_.size()),
                       static_cast<uint32_t>(ids.size())};
  cache_->words_[std::string(word)] = range;
  cache_->ids_.insert(cache_->ids_.end(), ids.begin(), ids.end());
}

}  // namespace mneme
