#include "apps/model/decode.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>

#include "glog/logging.h"
#include "runtime/core/download.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// New tokens of one forward pass, unless a single prompt has more: bounds its activations.
constexpr int64_t kMaxStepTokens = 8192;

// A completion that is growing.
struct Active {
  int64_t prompt;
  std::vector<int32_t> tokens;  // the prompt and the completion so far
  int64_t prompt_length;
  int64_t room;  // in the cache, at most
  nn::KvCache::Sequence cached;
  int64_t row = 0;  // the one that is its own of the last step's tokens

  absl::Span<const int32_t> completion() const {
    return absl::MakeConstSpan(tokens).subspan(prompt_length);
  }
};

class Decoder {
 public:
  Decoder(LanguageModel* model, absl::Span<const std::vector<int32_t>> prompts,
          const DecodeOptions& options, const ChooseToken* choose, OnToken on_token)
      : model_(model),
        prompts_(prompts),
        options_(options),
        choose_(choose),
        on_token_(on_token),
        window_(model->config().max_seqlen),
        capacity_(Capacity()),
        goes_ahead_(options.goes_ahead.value_or(model->device().is_cuda())),
        cache_(model->MakeCache(capacity_)),
        completions_(prompts.size()) {}

  std::vector<std::vector<int32_t>> Run() {
    if (options_.max_new_tokens <= 0) return std::move(completions_);
    while (true) {
      const std::vector<nn::KvCache::Extension> extensions = NextExtensions();
      if (extensions.empty()) return std::move(completions_);
      choose_ == nullptr ? GrowGreedily(extensions) : Grow(ChooseTokens(extensions));
    }
  }

 private:
  int64_t Room(int64_t prompt) const {
    return std::min(window_,
                    static_cast<int64_t>(prompts_[prompt].size()) + options_.max_new_tokens);
  }

  // Enough for the prompts that need most, within the limit, and for one in any case.
  int64_t Capacity() const {
    std::vector<int64_t> rooms;
    for (size_t i = 0; i < prompts_.size(); ++i) rooms.push_back(Room(static_cast<int64_t>(i)));
    std::sort(rooms.begin(), rooms.end(), std::greater<>());
    if (rooms.empty()) return 0;
    const int64_t count = std::min<int64_t>(options_.max_sequences, rooms.size());
    const int64_t sum = std::accumulate(rooms.begin(), rooms.begin() + count, int64_t{0});
    return std::max(rooms[0], std::min(sum, options_.max_cached_tokens));
  }

  // What the sequences' caches lack: of the growing ones their last token, of new ones the prompt.
  std::vector<nn::KvCache::Extension> NextExtensions() {
    int64_t step_tokens = 0;
    for (Active& active : active_) {
      if (active.cached.length() == window_) active.cached = cache_->NewSequence();
      step_tokens += Missing(active);
    }
    while (HasRoomForPrompt()) {
      const std::vector<int32_t>& prompt = prompts_[next_prompt_];
      CHECK(!prompt.empty()) << "prompt " << next_prompt_ << " has no token";
      const int64_t length = static_cast<int64_t>(prompt.size());
      Active active = {next_prompt_, prompt, length, Room(next_prompt_), cache_->NewSequence()};
      if (!active_.empty() && step_tokens + Missing(active) > kMaxStepTokens) break;
      step_tokens += Missing(active);
      reserved_ += active.room;
      active_.push_back(std::move(active));
      ++next_prompt_;
    }
    std::vector<nn::KvCache::Extension> extensions;
    for (Active& active : active_) {
      active.row = static_cast<int64_t>(extensions.size());
      extensions.push_back(
          {&active.cached, absl::MakeConstSpan(active.tokens).last(Missing(active))});
    }
    return extensions;
  }

  bool HasRoomForPrompt() const {
    return next_prompt_ < static_cast<int64_t>(prompts_.size()) &&
           static_cast<int64_t>(active_.size()) < options_.max_sequences &&
           reserved_ + Room(next_prompt_) <= capacity_;
  }

  // Tokens that are yet to go into the cache.
  int64_t Missing(const Active& active) const {
    if (active.cached.length() > 0) return 1;
    const int64_t length = static_cast<int64_t>(active.tokens.size());
    const bool is_new = length == active.prompt_length;
    return is_new ? std::min(length, window_) : std::max<int64_t>(1, window_ / 2);
  }

  // By a token and, as long as the same completions grow, by further ones: the step that finds them
  // is launched before the host waits for the one ahead of it. Where some have ended meanwhile, the
  // others' tokens count. No step is left running.
  void GrowGreedily(absl::Span<const nn::KvCache::Extension> extensions) {
    Tensor tokens = model_->ExtendGreedily(cache_.get(), extensions);  // i32 [active]
    if (!chosen_) {
      const int64_t most = std::min<int64_t>(options_.max_sequences, prompts_.size());
      chosen_.emplace(model_->device(), most * DTypeBytes(DType::kI32));
    }
    while (true) {
      chosen_->Start(tokens);
      const bool is_ahead = MayGoAhead(tokens.numel());
      if (is_ahead) {
        std::vector<nn::KvCache::Sequence*> sequences;
        for (Active& active : active_) sequences.push_back(&active.cached);
        tokens = model_->ExtendGreedily(cache_.get(), sequences, tokens);
      }
      Grow(chosen_->Wait<int32_t>());
      if (!is_ahead) return;
    }
  }

  // If all completions of a step are still growing, have room for its tokens, and will want another
  // one unless they end by themselves; and no prompt could begin now.
  bool MayGoAhead(int64_t step_tokens) const {
    if (!goes_ahead_ || static_cast<int64_t>(active_.size()) < step_tokens) return false;
    return !HasRoomForPrompt() &&
           std::all_of(active_.begin(), active_.end(), [&](const Active& active) {
             const int64_t length = static_cast<int64_t>(active.completion().size());
             return length + 1 < options_.max_new_tokens && active.cached.length() < window_;
           });
  }

  // Of all active ones.
  std::vector<int32_t> ChooseTokens(absl::Span<const nn::KvCache::Extension> extensions) {
    const Tensor logits = model_->Extend(cache_.get(), extensions);  // [active, V]
    const std::vector<float> all = Cast(logits, DType::kF32).ToVector<float>();
    const int64_t vocab_size = logits.dim(1);
    std::vector<int32_t> chosen(active_.size());
    ParallelFor(static_cast<int64_t>(active_.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Active& active = active_[i];
        chosen[i] = (*choose_)(active.prompt, static_cast<int64_t>(active.completion().size()),
                               absl::MakeConstSpan(all).subspan(i * vocab_size, vocab_size));
      }
    });
    return chosen;
  }

  // Adds a step's token to every completion, and takes out those that end.
  void Grow(const std::vector<int32_t>& chosen) {
    std::vector<Active> growing;
    for (Active& active : active_) {
      const int32_t token = chosen[active.row];
      bool ended = token == options_.end_id;
      if (!ended) active.tokens.push_back(token);
      ended |= static_cast<int64_t>(active.completion().size()) == options_.max_new_tokens;
      const bool goes_on = on_token_(active.prompt, active.completion(), ended);
      if (goes_on && !ended) {
        growing.push_back(std::move(active));
        continue;
      }
      completions_[active.prompt].assign(active.completion().begin(), active.completion().end());
      reserved_ -= active.room;
    }
    active_ = std::move(growing);
  }

  LanguageModel* model_;
  absl::Span<const std::vector<int32_t>> prompts_;
  const DecodeOptions& options_;
  const ChooseToken* choose_;  // null: the likeliest
  OnToken on_token_;
  const int64_t window_;
  const int64_t capacity_;
  const bool goes_ahead_;
  std::unique_ptr<nn::KvCache> cache_;
  std::optional<Download> chosen_;  // the tokens of a greedy step, on their way to the host
  std::vector<Active> active_;
  int64_t next_prompt_ = 0;
  int64_t reserved_ = 0;  // room of the active ones
  std::vector<std::vector<int32_t>> completions_;
};

}  // namespace

std::vector<std::vector<int32_t>> Decode(LanguageModel* model,
                                         absl::Span<const std::vector<int32_t>> prompts,
                                         const DecodeOptions& options, ChooseToken choose,
                                         OnToken on_token) {
  return Decoder(model, prompts, options, &choose, on_token).Run();
}

std::vector<std::vector<int32_t>> DecodeGreedily(LanguageModel* model,
                                                 absl::Span<const std::vector<int32_t>> prompts,
                                                 const DecodeOptions& options, OnToken on_token) {
  return Decoder(model, prompts, options, nullptr, on_token).Run();
}

}  // namespace mneme
