#include "nn/modules/kv_cache.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mneme::nn {

KvCache::Sequence::Sequence(Sequence&& other) noexcept
    : cache_(other.cache_), slots_(std::exchange(other.slots_, {})) {}

KvCache::Sequence& KvCache::Sequence::operator=(Sequence&& other) noexcept {
  if (this == &other) return *this;
  Release();
  cache_ = other.cache_;
  slots_ = std::exchange(other.slots_, {});
  return *this;
}

KvCache::Sequence KvCache::Sequence::Fork() const {
  Sequence fork(cache_);
  fork.slots_ = slots_;
  for (int32_t slot : slots_) ++cache_->users_[slot];
  return fork;
}

// Backwards, so that rows that lay in order are handed out in order again.
void KvCache::Sequence::Release() {
  for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
    if (--cache_->users_[*slot] == 0) cache_->free_.push_back(*slot);
  }
  slots_.clear();
}

KvCache::KvCache(const ModelConfig& config, int64_t capacity_tokens, Device device, DType dtype)
    : device_(device), free_(capacity_tokens), users_(capacity_tokens, 0), step_graph_(device) {
  CHECK(capacity_tokens >= 0 && capacity_tokens <= std::numeric_limits<int32_t>::max())
      << "a cache of " << capacity_tokens << " tokens";
  for (int64_t i = 0; i < capacity_tokens; ++i) {
    free_[i] = static_cast<int32_t>(capacity_tokens - 1 - i);
  }
  const Shape shape = {capacity_tokens, NumKvHeads(config), HeadDim(config)};
  for (int64_t i = 0; i < config.n_layers; ++i) {
    layers_.push_back({Tensor::Empty(shape, dtype, device), Tensor::Empty(shape, dtype, device)});
  }
  const int64_t index_size = 5 * kMaxStepTokens + 1 + capacity_tokens;
  step_index_ = Tensor::Empty({index_size}, DType::kI32, device);
}

int64_t KvCache::BytesPerToken(const ModelConfig& config, DType dtype) {
  return 2 * config.n_layers * NumKvHeads(config) * HeadDim(config) * DTypeBytes(dtype);
}

KvCache::Batch KvCache::Append(absl::Span<const Extension> extensions) {
  std::vector<int32_t> tokens, positions, slot_begins, outputs, slots, tile_begins;
  int64_t end_position = 0;
  for (const Extension& extension : extensions) {
    std::vector<int32_t>& own = extension.sequence->slots_;
    const int64_t count = static_cast<int64_t>(extension.tokens.size());
    CHECK_LE(count, free_tokens()) << "the cache of " << users_.size() << " tokens is full";
    CHECK(0 <= extension.n_logits && extension.n_logits <= count)
        << extension.n_logits << " logits of " << count << " tokens";
    if (count == 0) continue;
    for (int64_t i = 0; i < count; i += CachedTokens::kTileTokens) {
      tile_begins.push_back(static_cast<int32_t>(tokens.size() + i));
    }
    for (int32_t token : extension.tokens) {
      tokens.push_back(token);
      positions.push_back(static_cast<int32_t>(own.size()));
      slot_begins.push_back(static_cast<int32_t>(slots.size()));
      own.push_back(free_.back());
      free_.pop_back();
      ++users_[own.back()];
    }
    slots.insert(slots.end(), own.begin(), own.end());
    end_position = std::max(end_position, extension.sequence->length());
    const int64_t end = static_cast<int64_t>(tokens.size());
    for (int64_t t = end - extension.n_logits; t < end; ++t) {
      outputs.push_back(static_cast<int32_t>(t));
    }
  }
  tile_begins.push_back(static_cast<int32_t>(tokens.size()));
  CHECK_LE(slots.size(), static_cast<size_t>(std::numeric_limits<int32_t>::max()));

  std::vector<int32_t> all;
  for (const auto* part : {&tokens, &positions, &slot_begins, &outputs, &tile_begins, &slots}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  Batch batch;
  const int64_t count = static_cast<int64_t>(tokens.size());
  const int64_t index_size = static_cast<int64_t>(all.size());
  batch.is_step = count <= kMaxStepTokens && outputs.size() == tokens.size() &&
                  tile_begins.size() == tokens.size() + 1 && index_size <= step_index_.numel();
  Tensor on_device = batch.is_step ? step_index_.Slice(0, index_size)
                                   : Tensor::Empty({index_size}, DType::kI32, device_);
  on_device.CopyFromHost(all.data());
  int64_t begin = 0;
  const auto next = [&](const std::vector<int32_t>& part) {
    const int64_t end = begin + static_cast<int64_t>(part.size());
    return on_device.Slice(std::exchange(begin, end), end);
  };
  batch.tokens = next(tokens);
  batch.index.positions = next(positions);
  batch.index.slot_begins = next(slot_begins);
  batch.outputs = next(outputs);
  batch.index.tile_begins = next(tile_begins);
  batch.index.slots = next(slots);
  batch.index.end_position = end_position;
  return batch;
}

KvCache::Batch KvCache::Append(absl::Span<Sequence* const> sequences, const Tensor& tokens) {
  const int32_t any_token[] = {0};
  std::vector<Extension> extensions;
  for (Sequence* sequence : sequences) extensions.push_back({sequence, any_token});
  Batch batch = Append(extensions);
  batch.tokens.CopyFrom(tokens);
  return batch;
}

}  // namespace mneme::nn
