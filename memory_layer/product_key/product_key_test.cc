#include "memory_layer/product_key/product_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

struct Sizes {
  int64_t tokens, heads, half, n_keys, knn;
};

Shape QueryShape(const Sizes& s) { return {s.tokens, s.heads * 2 * s.half}; }
Shape KeyShape(const Sizes& s) { return {s.heads * 2 * s.n_keys, s.half}; }

// Half scores of one token and head, in double: [2][n_keys].
std::vector<std::vector<double>> HalfScores(const Sizes& s, const Tensor& query, const Tensor& keys,
                                            int64_t token, int64_t head) {
  std::vector<std::vector<double>> scores(2, std::vector<double>(s.n_keys));
  for (int64_t side = 0; side < 2; ++side) {
    const float* q = query.data<float>() + ((token * s.heads + head) * 2 + side) * s.half;
    for (int64_t key = 0; key < s.n_keys; ++key) {
      const float* k = keys.data<float>() + ((head * 2 + side) * s.n_keys + key) * s.half;
      for (int64_t c = 0; c < s.half; ++c) scores[side][key] += double{q[c]} * k[c];
    }
  }
  return scores;
}

// rank[key] by (score descending, key ascending)
std::vector<int64_t> Ranks(const std::vector<double>& scores) {
  std::vector<int64_t> keys(scores.size()), rank(scores.size());
  std::iota(keys.begin(), keys.end(), 0);
  std::stable_sort(keys.begin(), keys.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  for (size_t i = 0; i < keys.size(); ++i) rank[keys[i]] = static_cast<int64_t>(i);
  return rank;
}

// All n_keys^2 rows by (sum descending, rank of the first half, rank of the second half).
std::vector<int64_t> RowsBestFirst(const Sizes& s, const std::vector<std::vector<double>>& scores) {
  const std::vector<int64_t> rank1 = Ranks(scores[0]), rank2 = Ranks(scores[1]);
  std::vector<int64_t> rows(s.n_keys * s.n_keys);
  std::iota(rows.begin(), rows.end(), 0);
  const auto order = [&](int64_t row) {
    const int64_t i = row / s.n_keys, j = row % s.n_keys;
    return std::make_tuple(-(scores[0][i] + scores[1][j]), rank1[i], rank2[j]);
  };
  std::sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) { return order(a) < order(b); });
  return rows;
}

// Small whole numbers: every sum is exact, and ties abound.
Tensor WholeNumbers(const Shape& shape, int64_t bound, uint64_t seed) {
  std::vector<float> values;
  for (int64_t id : RandomIds(NumElements(shape), 2 * bound + 1, seed)) {
    values.push_back(static_cast<float>(id - bound));
  }
  return Tensor::From<float>(shape, values);
}

void CheckExact(const Sizes& s, const Tensor& query, const Tensor& keys, Device device,
                DType dtype) {
  SCOPED_TRACE(testing::Message() << device.name() << " " << DTypeName(dtype) << ", " << s.tokens
                                  << " tokens, " << s.heads << " heads, " << s.n_keys
                                  << " keys, half " << s.half << ", knn " << s.knn);
  const Lookup lookup =
      ProductKeyLookup(Variable(Cast(query, dtype).To(device)),
                       Variable(Cast(keys, dtype).To(device)), s.heads, s.n_keys, s.knn);
  ASSERT_EQ(lookup.rows.shape(), (Shape{s.tokens, s.heads, s.knn}));
  ASSERT_EQ(lookup.scores.value().shape(), (Shape{s.tokens, s.heads, s.knn}));
  const std::vector<int64_t> rows = lookup.rows.ToVector<int64_t>();
  const std::vector<float> sums = lookup.scores.value().ToVector<float>();
  for (int64_t i = 0; i < s.tokens * s.heads; ++i) {
    const auto scores = HalfScores(s, query, keys, i / s.heads, i % s.heads);
    const std::vector<int64_t> expected = RowsBestFirst(s, scores);
    for (int64_t k = 0; k < s.knn; ++k) {
      const int64_t row = rows[i * s.knn + k];
      ASSERT_EQ(row, expected[k]) << "token and head " << i << ", pick " << k;
      ASSERT_EQ(sums[i * s.knn + k], scores[0][row / s.n_keys] + scores[1][row % s.n_keys]);
    }
  }
}

TEST(ProductKeyTest, EqualsBruteForceWithTies) {
  for (const Sizes& s : std::vector<Sizes>{{1, 1, 1, 1, 1},
                                           {0, 2, 3, 4, 2},
                                           {3, 1, 2, 5, 5},
                                           {70, 2, 3, 7, 7},
                                           {5, 3, 5, 37, 1},
                                           {5, 2, 4, 37, 37},
                                           {129, 2, 8, 33, 8},
                                           {2, 1, 6, 130, 128},
                                           {3, 2, 4, 150, 64},
                                           {3, 1, 4, 70, 65}}) {
    for (int64_t bound : {0, 1, 1000}) {
      const Tensor query = WholeNumbers(QueryShape(s), bound, 1);
      const Tensor keys = WholeNumbers(KeyShape(s), bound, 2);
      for (Device device : AvailableDevices()) {
        CheckExact(s, query, keys, device, DType::kF32);
        if (bound > 1) continue;  // half precision is exact, too
        CheckExact(s, query, keys, device, DType::kBF16);
        CheckExact(s, query, keys, device, DType::kF16);
      }
    }
  }
}

void CheckDevicesAgree(const Sizes& s, const Tensor& query, const Tensor& keys) {
  SCOPED_TRACE(testing::Message() << s.tokens << " tokens, " << s.n_keys << " keys");
  const Lookup expected =
      ProductKeyLookup(Variable(query), Variable(keys), s.heads, s.n_keys, s.knn);
  for (Device device : AvailableDevices()) {
    const Lookup lookup = ProductKeyLookup(Variable(query.To(device)), Variable(keys.To(device)),
                                           s.heads, s.n_keys, s.knn);
    EXPECT_TRUE(lookup.rows.ToVector<int64_t>() == expected.rows.ToVector<int64_t>());
    EXPECT_TRUE(lookup.scores.value().ToVector<float>() ==
                expected.scores.value().ToVector<float>());
  }
}

// The most that the GPU takes, in more tokens than it scores at a time, and in a few.
TEST(ProductKeyTest, DevicesAgreeOnTheLargestSizes) {
  for (const Sizes& s : std::vector<Sizes>{{130, 1, 2, 65536, 128},
                                           {2, 1, 2, 65536, 128},
                                           {8, 2, 7, 9000, 128},
                                           {2, 1, 3, 13700, 128},
                                           {2, 1, 3, 14500, 128},
                                           {1, 2, 300, 8000, 32}}) {
    const int64_t bound = s.half < 10 ? 1000 : 100;  // sums are exact
    CheckDevicesAgree(s, WholeNumbers(QueryShape(s), bound, 1),
                      WholeNumbers(KeyShape(s), bound, 2));
  }
}

// The best keys stand side by side, in rising and in falling order; or a few in each stretch of
// keys, where the GPU's threads have most of them in a few bins.
TEST(ProductKeyTest, DevicesAgreeWhereverTheBestKeysAre) {
  const auto check = [](int64_t n_keys, int64_t knn, const auto& is_good) {
    const Sizes s = {2, 1, 1, n_keys, knn};
    std::vector<float> keys(2 * n_keys, -1.0f);
    for (int64_t k = 0; k < n_keys; ++k) {
      if (!is_good(k)) continue;
      keys[k] = static_cast<float>(k);
      keys[n_keys + k] = static_cast<float>(n_keys - k);
    }
    for (const std::vector<float>& query :
         std::vector<std::vector<float>>{{1, 1, 1, -1}, {0, 1, -1, 1}}) {
      CheckDevicesAgree(s, Tensor::From<float>(QueryShape(s), query),
                        Tensor::From<float>(KeyShape(s), keys));
    }
  };
  for (const int64_t n_keys : {600, 3000}) {
    check(n_keys, 32, [](int64_t k) { return k < 500; });
    check(n_keys, 32, [&](int64_t k) { return k >= n_keys - 500; });
    check(n_keys, 32, [](int64_t k) { return k % 256 < 4; });
    check(n_keys, 32, [](int64_t k) { return k % 256 < 124; });
    check(n_keys, 128, [](int64_t k) { return k % 256 < 127; });
  }
}

// More keys than a tile holds, with random scores: the picked rows' sums are not below any other's.
void CheckManyKeys(Device device) {
  const Sizes s = {3, 2, 16, 2500, 32};
  const Tensor query = RandomTensor(QueryShape(s), 1), keys = RandomTensor(KeyShape(s), 2);
  const Lookup lookup = ProductKeyLookup(Variable(query.To(device)), Variable(keys.To(device)),
                                         s.heads, s.n_keys, s.knn);
  const std::vector<int64_t> all_rows = lookup.rows.ToVector<int64_t>();
  const std::vector<float> all_sums = lookup.scores.value().ToVector<float>();
  for (int64_t i = 0; i < s.tokens * s.heads; ++i) {
    const auto scores = HalfScores(s, query, keys, i / s.heads, i % s.heads);
    std::vector<double> sums;
    for (double a : scores[0]) {
      for (double b : scores[1]) sums.push_back(a + b);
    }
    std::nth_element(sums.begin(), sums.begin() + s.knn, sums.end(), std::greater<double>());
    std::sort(sums.begin(), sums.begin() + s.knn, std::greater<double>());
    std::set<int64_t> rows;
    for (int64_t k = 0; k < s.knn; ++k) {
      const int64_t row = all_rows[i * s.knn + k];
      rows.insert(row);
      const double sum = scores[0][row / s.n_keys] + scores[1][row % s.n_keys];
      ASSERT_TRUE(std::abs(sum - sums[k]) <= 1e-5) << "pick " << k;
      ASSERT_TRUE(std::abs(all_sums[i * s.knn + k] - sum) <= 1e-5);
    }
    EXPECT_EQ(rows.size(), s.knn);  // each once
  }
}

TEST(ProductKeyTest, ManyKeys) {
  for (Device device : AvailableDevices()) CheckManyKeys(device);
}

// Gradients with the picks held fixed, as complex steps need it.
void CheckGradientAs(const Sizes& s, DType dtype) {
  SCOPED_TRACE(testing::Message() << s.tokens << " tokens, " << s.n_keys << " keys");
  const auto lookup = [&](const auto& in) {
    return ProductKeyLookup(in[0], in[1], s.heads, s.n_keys, s.knn);
  };
  const std::vector<Tensor> inputs = CheckInputs({QueryShape(s), KeyShape(s)}, dtype, 1.0f);
  const std::vector<int64_t> rows =
      lookup(std::vector<Variable>{Variable(inputs[0]), Variable(inputs[1])})
          .rows.ToVector<int64_t>();
  CheckOp(
      {QueryShape(s), KeyShape(s)}, [&](const auto& in) { return lookup(in).scores; },
      [&](const auto& in) {
        std::vector<Complex> out(rows.size());
        for (size_t i = 0; i < rows.size(); ++i) {
          const int64_t token_head = static_cast<int64_t>(i) / s.knn, head = token_head % s.heads;
          const int64_t halves[] = {rows[i] / s.n_keys, rows[i] % s.n_keys};
          for (int64_t side = 0; side < 2; ++side) {
            const int64_t q = (token_head * 2 + side) * s.half;
            const int64_t k = ((head * 2 + side) * s.n_keys + halves[side]) * s.half;
            for (int64_t c = 0; c < s.half; ++c) out[i] += in[0][q + c] * in[1][k + c];
          }
        }
        return out;
      },
      {.sum_length = s.tokens * s.knn, .dtypes = {dtype}});
}

void CheckGradient(const Sizes& s) {
  for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) CheckGradientAs(s, dtype);
}

TEST(ProductKeyTest, Gradient) {
  CheckGradient({1, 1, 1, 1, 1});
  CheckGradient({0, 2, 3, 4, 2});
  CheckGradient({5, 2, 3, 7, 7});
  CheckGradient({67, 1, 2, 5, 4});
  CheckGradient({3, 2, 67, 4, 3});
  CheckGradient({2, 1, 2, 40, 33});
}

TEST(ProductKeyTest, OnlyTheGradientThatIsWanted) {
  const Tensor query = RandomTensor({2, 4}, 1), keys = RandomTensor({6, 2}, 2);
  Tape tape;
  TapeScope scope(&tape);
  const Variable leaf = Variable::Leaf(query);
  tape.Backward(ProductKeyLookup(leaf, Variable(keys), 1, 3, 2).scores, RandomTensor({2, 1, 2}, 3));
  EXPECT_TRUE(leaf.gradient()->defined());
  const Variable key_leaf = Variable::Leaf(keys);
  tape.Backward(ProductKeyLookup(Variable(query), key_leaf, 1, 3, 2).scores,
                RandomTensor({2, 1, 2}, 3));
  EXPECT_TRUE(key_leaf.gradient()->defined());
}

TEST(ProductKeyTest, HalfPrecision) {
  for (DType dtype : {DType::kBF16, DType::kF16}) {
    const Variable query = Variable::Leaf(RandomTensor({2, 3, 16}, 1, Device::Cpu(), dtype));
    const Variable keys = Variable::Leaf(RandomTensor({20, 4}, 2, Device::Cpu(), dtype));
    Tape tape;
    TapeScope scope(&tape);
    const Lookup lookup = ProductKeyLookup(query, keys, 2, 5, 3);
    const Lookup wide = ProductKeyLookup(Variable(Cast(query.value(), DType::kF32)),
                                         Variable(Cast(keys.value(), DType::kF32)), 2, 5, 3);
    EXPECT_EQ(lookup.scores.value().ToVector<float>(), wide.scores.value().ToVector<float>());
    EXPECT_EQ(lookup.rows.ToVector<int64_t>(), wide.rows.ToVector<int64_t>());
    tape.Backward(lookup.scores, RandomTensor({6, 2, 3}, 3));
    EXPECT_EQ(query.gradient()->tensor().dtype(), dtype);
    EXPECT_EQ(query.gradient()->tensor().shape(), query.value().shape());
    EXPECT_EQ(keys.gradient()->tensor().dtype(), DType::kF32);
  }
}

TEST(ProductKeyTest, NaNIsSeen) {
  for (Device device : AvailableDevices()) {
    std::vector<float> numbers = RandomFloats(4, 1);
    numbers[1] = NAN;
    const auto lookup_on = [&](Device device) {
      return ProductKeyLookup(Variable(Tensor::From<float>({1, 4}, numbers, device)),
                              Variable(RandomTensor({10, 2}, 2, device)), 1, 5, 4);
    };
    const Lookup lookup = lookup_on(device);
    for (float score : lookup.scores.value().ToVector<float>()) EXPECT_TRUE(std::isnan(score));
    const std::vector<int64_t> rows = lookup.rows.ToVector<int64_t>();
    for (int64_t row : rows) EXPECT_TRUE(0 <= row && row < 25) << row;
    EXPECT_EQ(rows, lookup_on(Device::Cpu()).rows.ToVector<int64_t>());
  }
}

// Overflow makes no sense, but must stay inside the table.
TEST(ProductKeyTest, InfiniteScores) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<float> keys = RandomFloats(80, seed + 1);
    for (int64_t id : RandomIds(30, 80, seed)) keys[id] = id % 2 ? INFINITY : -INFINITY;
    for (Device device : AvailableDevices()) {
      const Lookup lookup =
          ProductKeyLookup(Variable(RandomTensor({1, 4}, seed, device)),
                           Variable(Tensor::From<float>({40, 2}, keys, device)), 1, 20, 7);
      for (int64_t row : lookup.rows.ToVector<int64_t>()) ASSERT_TRUE(0 <= row && row < 400) << row;
    }
  }
}

TEST(ProductKeyTest, SameBitsForAnyNumberOfThreads) {
  const Sizes s = {150, 2, 70, 90, 13};
  std::vector<std::vector<float>> first;
  std::vector<int64_t> first_rows;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const Variable query = Variable::Leaf(RandomTensor(QueryShape(s), 1));
    const Variable keys = Variable::Leaf(RandomTensor(KeyShape(s), 2));
    Tape tape;
    TapeScope scope(&tape);
    const Lookup lookup = ProductKeyLookup(query, keys, s.heads, s.n_keys, s.knn);
    const std::vector<float> scores = lookup.scores.value().ToVector<float>();
    tape.Backward(lookup.scores, RandomTensor({s.tokens, s.heads, s.knn}, 3));
    const std::vector<std::vector<float>> all = {scores,
                                                 query.gradient()->tensor().ToVector<float>(),
                                                 keys.gradient()->tensor().ToVector<float>()};
    if (first.empty()) first = all, first_rows = lookup.rows.ToVector<int64_t>();
    EXPECT_TRUE(all == first && lookup.rows.ToVector<int64_t>() == first_rows) << threads;
  }
  SetNumThreads(0);
}

TEST(ProductKeyDeathTest, ShapesMustFit) {
  const Variable query(RandomTensor({2, 8}, 1)), keys(RandomTensor({20, 2}, 2));
  EXPECT_DEATH(ProductKeyLookup(query, keys, 1, 5, 2), "query \\[2, 8\\] and keys \\[20, 2\\]");
  EXPECT_DEATH(ProductKeyLookup(query, keys, 2, 5, 6), "6 of 5 keys");
}

}  // namespace
}  // namespace mneme
