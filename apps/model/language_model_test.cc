#include "apps/model/language_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/core/devices.h"
#include "runtime/kernels/argmax/argmax.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kVocabSize = 41;

// Grouped heads; the second of three blocks reads a table, and the third shares it.
std::unique_ptr<LanguageModel> MakeModel(const MemoryConfig& memory, Device device, DType dtype) {
  const ModelConfig config = {.dim = 16,
                              .n_layers = 3,
                              .n_heads = 4,
                              .n_kv_heads = 2,
                              .multiple_of = 8,
                              .vocab_size = kVocabSize,
                              .max_seqlen = 64};
  auto model = LanguageModel::Create(config, memory, 7, device, dtype);
  CHECK(model.ok()) << model.status();
  for (const auto& parameter : (*model)->parameters().all()) {
    if (parameter->name.find("value_proj") == std::string::npos) continue;  // may start at zero
    parameter->master.CopyFromHost(RandomFloats(parameter->master.numel(), 9).data());
  }
  (*model)->parameters().RefreshCopies();
  return *std::move(model);
}

MemoryConfig Memory() {
  return {.is_enabled = true,
          .layers = {1, 2},
          .mem_n_keys = 9,
          .mem_heads = 2,
          .mem_knn = 5,
          .mem_k_dim = 8};
}

std::vector<float> Floats(const Tensor& x) { return Cast(x, DType::kF32).ToVector<float>(); }

void ExpectCachedLogits(LanguageModel* model, double tolerance) {
  const std::vector<int64_t> ids = RandomIds(50, kVocabSize, 3);
  const std::vector<int32_t> text(ids.begin(), ids.end());
  const std::vector<float> want =
      Floats(model->Logits(Tensor::From<int32_t>({1, 50}, text, model->device())).value());
  const auto cache = model->MakeCache(100);
  nn::KvCache::Sequence one = cache->NewSequence(), other = cache->NewSequence();
  std::vector<float> got;
  // The other sequence grows beside it, so that the batch is never this text alone.
  for (const auto& [begin, end] :
       {std::pair<int64_t, int64_t>{0, 33}, {33, 34}, {34, 35}, {35, 49}, {49, 50}}) {
    const absl::Span<const int32_t> piece = absl::MakeConstSpan(text).subspan(begin, end - begin);
    const Tensor logits =
        model->Extend(cache.get(), {{&one, piece, end - begin}, {&other, piece.first(1), 0}});
    const std::vector<float> rows = Floats(logits);
    got.insert(got.end(), rows.begin(), rows.end());
  }
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_TRUE(std::abs(got[i] - want[i]) <= tolerance) << i << ": " << got[i] << ", " << want[i];
  }
}

TEST(LanguageModelTest, CachedLogitsAreThoseOfTheWholeText) {
  std::vector<MemoryConfig> variants(6, Memory());
  variants[1].mem_share_values = false;
  variants[1].swilu_projection = false;
  variants[2].peer_variant = true;
  variants[3].mem_gated = true;
  variants[3].qk_norm = true;
  variants[3].mem_v_dim = 12;
  variants[4].is_enabled = false;
  variants[5].mem_keep_ffn = true;
  for (Device device : AvailableDevices()) {
    for (size_t i = 0; i < variants.size(); ++i) {
      SCOPED_TRACE(testing::Message() << device.name() << ", variant " << i);
      ExpectCachedLogits(MakeModel(variants[i], device, DType::kF32).get(), 2e-5);
    }
  }
}

// Half precision may flip picks, so that no tolerance holds with a memory layer.
TEST(LanguageModelTest, CachedLogitsInHalfPrecision) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kBF16, DType::kF16}) {
      ExpectCachedLogits(MakeModel({}, device, dtype).get(), 0.1);
    }
  }
}

// Steps of one shape that give tokens and logits in turn, often enough to be recorded, and take
// their tokens from the host or from the device.
TEST(LanguageModelTest, StepsGiveTokensOrLogits) {
  for (Device device : AvailableDevices()) {
    const auto model = MakeModel(Memory(), device, DType::kF32);
    const auto cache = model->MakeCache(100), other_cache = model->MakeCache(100);
    nn::KvCache::Sequence one = cache->NewSequence(), other = other_cache->NewSequence();
    std::vector<int32_t> last = {3};
    Tensor last_there = Tensor::From<int32_t>({1}, last, device);
    for (int i = 0; i < 36; ++i) {
      const Tensor logits = model->Extend(other_cache.get(), {{&other, last}});
      const std::vector<int32_t> expected = ArgMax(logits).ToVector<int32_t>();
      if (i / 6 % 3 == 0) {
        const Tensor got = model->Extend(cache.get(), {{&one, last}});
        ASSERT_EQ(Floats(got), Floats(logits)) << i;
        last_there = Tensor::From<int32_t>({1}, expected, device);
      } else if (i / 6 % 3 == 1) {
        last_there = model->ExtendGreedily(cache.get(), {{&one, last}});
      } else {
        nn::KvCache::Sequence* const sequences[] = {&one};
        last_there = model->ExtendGreedily(cache.get(), sequences, last_there);
      }
      last = last_there.ToVector<int32_t>();
      ASSERT_EQ(last, expected) << device.name() << ", step " << i;
    }
  }
}

}  // namespace
}  // namespace mneme
