#include "autograd/ops/cached_attention/cached_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "autograd/ops/rope/rope.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr float kTheta = 100.0f;

struct Sizes {
  int64_t heads, kv_heads, dim;
};

struct Sequence {
  int64_t past, queries;
  int64_t shared = 0;  // rows that it shares with the first sequence
};

struct Case {
  Sizes sizes;
  std::vector<Sequence> sequences;
};

// A cache whose rows are in no order, and whose rows that belong to no sequence are NaN.
struct Problem {
  Problem(const Case& c, DType dtype) : sizes(c.sizes) {
    int64_t keys = 0, tokens = 0;
    for (const Sequence& s : c.sequences) keys += s.past + s.queries, tokens += s.queries;
    const int64_t rows = 2 * keys + 3;
    std::vector<int32_t> free(rows);
    std::iota(free.begin(), free.end(), 0);
    const std::vector<int64_t> swaps = RandomIds(rows, rows, 5);
    for (int64_t i = 0; i < rows; ++i) std::swap(free[i], free[swaps[i]]);
    for (const Sequence& s : c.sequences) {
      const int32_t begin = static_cast<int32_t>(slots.size());
      for (int64_t j = 0; j < s.past + s.queries; ++j) {
        if (j < s.shared) {
          slots.push_back(slots[j]);
        } else {
          slots.push_back(free.back());
          free.pop_back();
        }
        if (j < s.past) continue;
        positions.push_back(static_cast<int32_t>(j));
        slot_begins.push_back(begin);
      }
      end_position = std::max(end_position, s.past + s.queries);
      const int64_t count = static_cast<int64_t>(positions.size());
      for (int64_t t = count - s.queries; t < count; t += CachedTokens::kTileTokens) {
        tile_begins.push_back(static_cast<int32_t>(t));
      }
    }
    tile_begins.push_back(static_cast<int32_t>(tokens));
    q = RandomTensor({tokens, sizes.heads, sizes.dim}, 1, Device::Cpu(), dtype);
    k = RandomTensor({tokens, sizes.kv_heads, sizes.dim}, 2, Device::Cpu(), dtype);
    v = RandomTensor({tokens, sizes.kv_heads, sizes.dim}, 3, Device::Cpu(), dtype);
    k_cache = Cache(4, rows, free, dtype);
    v_cache = Cache(5, rows, free, dtype);
  }

  Tensor Cache(uint64_t seed, int64_t rows, const std::vector<int32_t>& unused, DType dtype) const {
    const int64_t row = sizes.kv_heads * sizes.dim;
    std::vector<float> values = RandomFloats(rows * row, seed);
    for (int32_t slot : unused) {
      std::fill_n(values.begin() + slot * row, row, std::numeric_limits<float>::quiet_NaN());
    }
    return Cast(Tensor::From<float>({rows, sizes.kv_heads, sizes.dim}, values), dtype);
  }

  CachedTokens Tokens(Device device) const {
    const int64_t count = static_cast<int64_t>(positions.size());
    return {.positions = Tensor::From<int32_t>({count}, positions, device),
            .slot_begins = Tensor::From<int32_t>({count}, slot_begins, device),
            .slots = Tensor::From<int32_t>({static_cast<int64_t>(slots.size())}, slots, device),
            .tile_begins = Tensor::From<int32_t>({static_cast<int64_t>(tile_begins.size())},
                                                 tile_begins, device),
            .end_position = end_position};
  }

  Sizes sizes;
  std::vector<int32_t> positions, slot_begins, slots, tile_begins;
  int64_t end_position = 0;
  Tensor q, k, v, k_cache, v_cache;
};

std::vector<float> Floats(const Tensor& x) { return Cast(x, DType::kF32).ToVector<float>(); }

// The cache after the new tokens' rows have gone into it.
std::vector<float> Appended(const Problem& p, const Tensor& x, const Tensor& cache) {
  std::vector<float> rows = Floats(cache), added = Floats(x);
  const int64_t row = p.sizes.kv_heads * p.sizes.dim;
  for (size_t t = 0; t < p.positions.size(); ++t) {
    const int64_t slot = p.slots[p.slot_begins[t] + p.positions[t]];
    std::copy_n(added.begin() + t * row, row, rows.begin() + slot * row);
  }
  return rows;
}

// x [T, heads, d], each token rotated to its position.
Tensor RotatedTokens(const Problem& p, const Tensor& x) {
  const Tensor out = Tensor::EmptyLike(x);
  for (int64_t t = 0; t < x.dim(0); ++t) {
    const Tensor token = x.Slice(t, t + 1).Reshape({1, 1, x.dim(1), x.dim(2)});
    const Tensor turned = Rope(Variable(token), kTheta, p.positions[t]).value();
    out.Slice(t, t + 1).CopyFromHost(turned.raw());
  }
  return out;
}

std::vector<double> Expected(const Problem& p) {
  const auto [heads, kv_heads, dim] = p.sizes;
  const std::vector<float> q = Floats(RotatedTokens(p, p.q));
  const std::vector<float> k = Appended(p, RotatedTokens(p, p.k), p.k_cache);
  const std::vector<float> v = Appended(p, p.v, p.v_cache);
  std::vector<double> out(q.size(), 0.0);
  for (size_t t = 0; t < p.positions.size(); ++t) {
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t at = (t * heads + h) * dim;
      const auto kv_at = [&, t = t, h = h, heads = heads, kv_heads = kv_heads,
                          dim = dim](int64_t j) {
        return (p.slots[p.slot_begins[t] + j] * kv_heads + h / (heads / kv_heads)) * dim;
      };
      std::vector<double> weights;
      for (int64_t j = 0; j <= p.positions[t]; ++j) {
        double dot = 0.0;
        for (int64_t c = 0; c < dim; ++c) dot += double{q[at + c]} * k[kv_at(j) + c];
        weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(dim))));
      }
      const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
      for (int64_t j = 0; j <= p.positions[t]; ++j) {
        for (int64_t c = 0; c < dim; ++c) out[at + c] += weights[j] / total * v[kv_at(j) + c];
      }
    }
  }
  return out;
}

void ExpectClose(const std::vector<float>& got, const std::vector<float>& want,
                 double tolerance = 0.0) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(std::abs(got[i] - want[i]) <= tolerance ||
                (std::isnan(got[i]) && std::isnan(want[i])))
        << i << ": " << got[i] << " instead of " << want[i];
  }
}

void Check(const Case& c) {
  for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    const Problem p(c, dtype);
    const std::vector<double> want = Expected(p);
    const double tolerance = dtype == DType::kF32 ? 2e-6 : dtype == DType::kF16 ? 2e-3 : 1.6e-2;
    for (Device device : AvailableDevices()) {
      const Tensor k_cache = p.k_cache.Clone().To(device), v_cache = p.v_cache.Clone().To(device);
      const auto run = [&] {
        return Floats(CachedAttention(p.q.To(device), p.k.To(device), p.v.To(device), kTheta,
                                      k_cache, v_cache, p.Tokens(device)));
      };
      const std::vector<float> got = run();
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_TRUE(std::abs(got[i] - want[i]) <= tolerance)
            << device.name() << " " << DTypeName(dtype) << " heads " << c.sizes.heads << "/"
            << c.sizes.kv_heads << " d " << c.sizes.dim << " element " << i << ": " << got[i]
            << " instead of " << want[i];
      }
      ExpectClose(Floats(k_cache), Appended(p, RotatedTokens(p, p.k), p.k_cache), tolerance);
      ExpectClose(Floats(v_cache), Appended(p, p.v, p.v_cache));
      ExpectClose(run(), got);
    }
  }
}

TEST(CachedAttentionTest, SequencesOfUnequalLengths) {
  Check({{2, 1, 8}, {{0, 1}}});
  Check({{2, 2, 16}, {{5, 1}, {0, 1}, {131, 1}}});
  Check({{4, 2, 32}, {{0, 7}, {12, 1}, {3, 4}, {127, 2}, {0, 1}}});
  Check({{3, 3, 6}, {{64, 65}, {1, 2}}});
}

TEST(CachedAttentionTest, LongSequencesInParts) {
  Check({{2, 2, 64}, {{700, 1}}});
  Check({{4, 1, 128}, {{1000, 1}, {3, 1}}});
  Check({{2, 1, 40}, {{255, 3}, {383, 1}}});
}

TEST(CachedAttentionTest, GroupsOfHeads) {
  for (int64_t share : {1, 2, 3, 4, 5, 8, 9}) Check({{2 * share, 2, 24}, {{20, 2}, {140, 1}}});
}

TEST(CachedAttentionTest, HeadDims) {
  for (int64_t dim : {2, 6, 30, 34, 64, 66, 96, 100, 126, 128}) {
    Check({{2, 1, dim}, {{33, 1}, {0, 3}}});
  }
}

TEST(CachedAttentionTest, SharedBeginnings) {
  Check({{2, 1, 16}, {{40, 3}, {40, 5, 40}, {41, 1, 40}, {150, 1, 17}}});
}

TEST(CachedAttentionTest, ManyTokens) {
  for (int64_t dim : {8, 32, 64, 72, 128}) {
    Check({{2, 1, dim}, {{0, 150}, {70, 80, 70}, {9, 1}, {100, 5, 64}}});
  }
}

TEST(CachedAttentionTest, Nothing) {
  const Tensor none = Tensor::Empty({0, 2, 8}, DType::kF32, Device::Cpu());
  const Tensor index = Tensor::Empty({0}, DType::kI32, Device::Cpu());
  const Tensor cache = RandomTensor({3, 2, 8}, 1);
  EXPECT_EQ(CachedAttention(none, none, none, kTheta, cache, cache,
                            {index, index, index, Tensor::From<int32_t>({1}, {0}), 0})
                .shape(),
            none.shape());
}

TEST(CachedAttentionDeathTest, NamesTheFault) {
  const Problem p({{4, 2, 8}, {{2, 1}}}, DType::kF32);
  const CachedTokens tokens = p.Tokens(Device::Cpu());
  EXPECT_DEATH(CachedAttention(p.q, p.q, p.v, kTheta, p.k_cache, p.v_cache, tokens),
               R"(cached attention of q \[1, 4, 8\], k \[1, 4, 8\] and v \[1, 2, 8\])");
  EXPECT_DEATH(CachedAttention(p.q, p.k, p.v, kTheta, p.k_cache, p.q, tokens), "with caches");
  EXPECT_DEATH(
      CachedAttention(p.q, p.k, p.v, kTheta, Cast(p.k_cache, DType::kF16), p.v_cache, tokens),
      "f32 on cpu and f16 on cpu");
  const Tensor odd = RandomTensor({1, 2, 7}, 1);
  EXPECT_DEATH(CachedAttention(odd, odd, odd, kTheta, odd, odd, tokens), "head dim 7 is not even");
  CachedTokens short_tokens = tokens;
  short_tokens.positions = tokens.positions.Slice(0, 0);
  EXPECT_DEATH(CachedAttention(p.q, p.k, p.v, kTheta, p.k_cache, p.v_cache, short_tokens),
               R"(1 tokens with positions \[0\])");
}

}  // namespace
}  // namespace mneme
