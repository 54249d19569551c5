#include "nn/modules/kv_cache.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/core/parameter.h"
#include "nn/modules/transformer.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme::nn {
namespace {

ModelConfig SmallConfig() {
  return {.dim = 24,
          .n_layers = 3,
          .n_heads = 6,
          .n_kv_heads = 2,
          .head_dim = 6,
          .multiple_of = 8,
          .vocab_size = 37};
}

struct Model {
  Model(const ModelConfig& c, Device device, DType dtype)
      : config(c),
        parameters(3, device, dtype),
        transformer(&parameters, c, [&](const Scope& scope, int64_t layer) {
          return MakeFeedForward(scope, config, layer);
        }) {}

  // [tokens, V], without a cache.
  std::vector<float> Logits(const std::vector<int32_t>& tokens) {
    const Tensor input =
        Tensor::From<int32_t>({1, static_cast<int64_t>(tokens.size())}, tokens, device());
    return Cast(transformer.Forward(input).value(), DType::kF32).ToVector<float>();
  }

  std::vector<float> Extend(KvCache* cache, const std::vector<KvCache::Extension>& extensions) {
    const Tensor logits = transformer.Extend(*cache, cache->Append(extensions));
    return Cast(logits, DType::kF32).ToVector<float>();
  }

  Device device() const { return parameters.device(); }

  ModelConfig config;
  ParameterStore parameters;
  TransformerLM transformer;
};

std::vector<int32_t> RandomTokens(int64_t count, uint64_t seed) {
  const std::vector<int64_t> ids = RandomIds(count, SmallConfig().vocab_size, seed);
  return {ids.begin(), ids.end()};
}

// The rows of positions [begin, tokens.size()).
void ExpectLogits(Model* model, const std::vector<int32_t>& tokens, size_t begin,
                  const std::vector<float>& got) {
  const int64_t vocab_size = model->config.vocab_size;
  const std::vector<float> all = model->Logits(tokens);
  ASSERT_EQ(got.size(), (tokens.size() - begin) * vocab_size);
  const double tolerance = model->parameters.dtype() == DType::kF32 ? 1e-5 : 0.1;
  for (size_t i = 0; i < got.size(); ++i) {
    const float want = all[begin * vocab_size + i];
    ASSERT_TRUE(std::abs(got[i] - want) <= tolerance) << i << ": " << got[i] << ", not " << want;
  }
}

std::vector<int32_t> Joined(std::vector<int32_t> a, const std::vector<int32_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Three prompts of unequal lengths at once, then pieces of several tokens and of one.
TEST(KvCacheTest, LogitsAreThoseWithoutACache) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      Model model(SmallConfig(), device, dtype);
      KvCache cache(model.config, 300, device, dtype);
      std::vector<std::vector<int32_t>> texts(3);
      std::vector<KvCache::Sequence> sequences;
      for (int i = 0; i < 3; ++i) sequences.push_back(cache.NewSequence());
      uint64_t seed = 10;
      for (const std::vector<int64_t>& counts :
           {std::vector<int64_t>{70, 1, 9}, {1, 1, 1}, {3, 65, 1}, {1, 1, 1}, {0, 2, 0}}) {
        std::vector<std::vector<int32_t>> pieces;
        std::vector<KvCache::Extension> extensions;
        for (int i = 0; i < 3; ++i) pieces.push_back(RandomTokens(counts[i], ++seed));
        for (int i = 0; i < 3; ++i) extensions.push_back({&sequences[i], pieces[i], counts[i]});
        const std::vector<float> logits = model.Extend(&cache, extensions);
        auto row = logits.begin();
        for (int i = 0; i < 3; ++i) {
          texts[i] = Joined(texts[i], pieces[i]);
          const auto end = row + counts[i] * model.config.vocab_size;
          ExpectLogits(&model, texts[i], texts[i].size() - counts[i], {row, end});
          EXPECT_EQ(sequences[i].length(), static_cast<int64_t>(texts[i].size()));
          row = end;
        }
      }
    }
  }
}

TEST(KvCacheTest, ForksShareTheirBeginning) {
  for (Device device : AvailableDevices()) {
    Model model(SmallConfig(), device, DType::kF32);
    KvCache cache(model.config, 40, device, DType::kF32);
    const std::vector<int32_t> context = RandomTokens(20, 1);
    const std::vector<int32_t> a = RandomTokens(3, 2), b = RandomTokens(5, 3);
    KvCache::Sequence first = cache.NewSequence();
    model.Extend(&cache, {{&first, context, 0}});
    KvCache::Sequence second = first.Fork();
    EXPECT_EQ(cache.free_tokens(), 20);
    const std::vector<float> logits = model.Extend(&cache, {{&first, a, 3}, {&second, b, 5}});
    const auto middle = logits.begin() + 3 * model.config.vocab_size;
    ExpectLogits(&model, Joined(context, a), 20, {logits.begin(), middle});
    ExpectLogits(&model, Joined(context, b), 20, {middle, logits.end()});
    // What the first leaves behind is reused, and the second keeps the common beginning.
    first = cache.NewSequence();
    EXPECT_EQ(cache.free_tokens(), 15);
    model.Extend(&cache, {{&first, RandomTokens(15, 4)}});
    const std::vector<int32_t> next = RandomTokens(1, 5);
    first = cache.NewSequence();
    ExpectLogits(&model, Joined(Joined(context, b), next), 25,
                 model.Extend(&cache, {{&second, next}}));
  }
}

TEST(KvCacheTest, OnlyTheLogitsAskedFor) {
  Model model(SmallConfig(), Device::Cpu(), DType::kF32);
  KvCache cache(model.config, 40, Device::Cpu(), DType::kF32);
  const std::vector<int32_t> text = RandomTokens(12, 1);
  KvCache::Sequence a = cache.NewSequence(), b = cache.NewSequence();
  const std::vector<float> logits = model.Extend(&cache, {{&a, text, 0}, {&b, text, 2}});
  ExpectLogits(&model, text, 10, logits);
  for (Device device : AvailableDevices()) {
    Model quiet(SmallConfig(), device, DType::kF32);
    KvCache unread(quiet.config, 40, device, DType::kF32);
    KvCache::Sequence c = unread.NewSequence();
    EXPECT_TRUE(quiet.Extend(&unread, {{&c, text, 0}}).empty());
    EXPECT_TRUE(quiet.Extend(&unread, {{&c, {}, 0}}).empty());
    EXPECT_TRUE(quiet.Extend(&unread, {}).empty());
    EXPECT_EQ(c.length(), 12);
  }
}

TEST(KvCacheTest, RoomComesBack) {
  KvCache cache(SmallConfig(), 10, Device::Cpu(), DType::kF32);
  const std::vector<int32_t> tokens(4, 0);
  {
    KvCache::Sequence a = cache.NewSequence();
    cache.Append({{&a, tokens}});
    KvCache::Sequence b = a.Fork();
    cache.Append({{&b, tokens}});
    EXPECT_EQ(cache.free_tokens(), 2);
    KvCache::Sequence c = std::move(b);
    EXPECT_EQ(c.length(), 8);
    a = cache.NewSequence();
    EXPECT_EQ(cache.free_tokens(), 2);  // c still has the common ones
    c = std::move(a);
    EXPECT_EQ(cache.free_tokens(), 10);
  }
  EXPECT_EQ(cache.free_tokens(), 10);
  EXPECT_EQ(KvCache::BytesPerToken(SmallConfig(), DType::kBF16), 2 * 3 * 2 * 6 * 2);
}

TEST(KvCacheDeathTest, NamesTheFault) {
  KvCache cache(SmallConfig(), 3, Device::Cpu(), DType::kF32);
  KvCache::Sequence a = cache.NewSequence();
  const std::vector<int32_t> tokens(4, 0);
  EXPECT_DEATH(cache.Append({{&a, tokens}}), "the cache of 3 tokens is full");
  EXPECT_DEATH(cache.Append({{&a, {tokens.data(), 2}, 3}}), "3 logits of 2 tokens");
}

}  // namespace
}  // namespace mneme::nn
