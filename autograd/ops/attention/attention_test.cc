#include "autograd/ops/attention/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

struct Sizes {
  int64_t batch, queries, heads, kv_heads, dim;
  int64_t past = 0;

  int64_t keys() const { return queries + past; }
  Shape q() const { return {batch, queries, heads, dim}; }
  Shape kv() const { return {batch, keys(), kv_heads, dim}; }
  int64_t QAt(int64_t b, int64_t i, int64_t h) const {
    return ((b * queries + i) * heads + h) * dim;
  }
  int64_t KvAt(int64_t b, int64_t j, int64_t h) const {
    return ((b * keys() + j) * kv_heads + h / (heads / kv_heads)) * dim;
  }
  std::string name() const {
    return absl::StrCat("B", batch, " S", queries, " H", heads, " KV", kv_heads, " d", dim, " past",
                        past);
  }
};

template <typename T>
T Dot(const T* a, const T* b, int64_t count) {
  T sum = 0.0;
  for (int64_t c = 0; c < count; ++c) sum += a[c] * b[c];
  return sum;
}

// p[i, 0..past+i] of one query.
template <typename T>
std::vector<T> Probabilities(const Sizes& s, const Values<T>& in, int64_t b, int64_t i, int64_t h) {
  std::vector<T> p;
  double max = -INFINITY;
  T sum = 0.0;
  for (int64_t j = 0; j <= s.past + i; ++j) {
    const T dot = Dot(&in[0][s.QAt(b, i, h)], &in[1][s.KvAt(b, j, h)], s.dim);
    p.push_back(dot / std::sqrt(static_cast<double>(s.dim)));
    max = std::max(max, std::real(p.back()));
  }
  for (T& v : p) sum += v = std::exp(v - max);
  for (T& v : p) v /= sum;
  return p;
}

template <typename T>
std::vector<T> Forward(const Sizes& s, const Values<T>& in) {
  std::vector<T> out(NumElements(s.q()), T(0.0));
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t i = 0; i < s.queries; ++i) {
      for (int64_t h = 0; h < s.heads; ++h) {
        const std::vector<T> p = Probabilities(s, in, b, i, h);
        for (size_t j = 0; j < p.size(); ++j) {
          for (int64_t c = 0; c < s.dim; ++c) {
            out[s.QAt(b, i, h) + c] += p[j] * in[2][s.KvAt(b, j, h) + c];
          }
        }
      }
    }
  }
  return out;
}

// The gradients as attention.h writes them; the complex step would take too long for large sizes.
ReferenceResult WithGradients(const Sizes& s, const Values<double>& in, DType dtype) {
  ReferenceResult result;
  result.out = Forward(s, in);
  const Tensor dout = RandomTensor({NumElements(s.q())}, 99, Device::Cpu(), dtype);
  result.dout = ToValues({dout})[0];
  for (const auto& input : in) result.grads.emplace_back(input.size(), 0.0);
  const double scale = 1.0 / std::sqrt(static_cast<double>(s.dim));
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t i = 0; i < s.queries; ++i) {
      for (int64_t h = 0; h < s.heads; ++h) {
        const int64_t qi = s.QAt(b, i, h);
        const std::vector<double> p = Probabilities(s, in, b, i, h);
        const double delta = Dot(&result.dout[qi], &result.out[qi], s.dim);
        for (int64_t j = 0; j <= i; ++j) {
          const int64_t kj = s.KvAt(b, j, h);
          const double dp = Dot(&result.dout[qi], &in[2][kj], s.dim);
          const double dscore = p[j] * (dp - delta) * scale;
          for (int64_t c = 0; c < s.dim; ++c) {
            result.grads[0][qi + c] += dscore * in[1][kj + c];
            result.grads[1][kj + c] += dscore * in[0][qi + c];
            result.grads[2][kj + c] += p[j] * result.dout[qi + c];
          }
        }
      }
    }
  }
  return result;
}

const auto kOp = [](const auto& in) { return Attention(in[0], in[1], in[2]); };

void CheckLarge(const Sizes& s, CheckOptions options = {}) {
  SCOPED_TRACE(s.name());
  options.sum_length = s.queries * s.heads / s.kv_heads;
  for (DType dtype : options.dtypes) {
    const std::vector<Tensor> inputs =
        CheckInputs({s.q(), s.kv(), s.kv()}, dtype, options.input_scale);
    CompareOp(inputs, kOp, WithGradients(s, ToValues(inputs), dtype), options);
  }
}

TEST(AttentionTest, MatchesComplexStep) {
  for (const Sizes& s : {Sizes{1, 1, 1, 1, 1}, Sizes{0, 3, 2, 1, 4}, Sizes{2, 0, 2, 1, 8},
                         Sizes{1, 5, 2, 1, 8}, Sizes{2, 3, 4, 2, 2}, Sizes{1, 7, 3, 3, 3}}) {
    SCOPED_TRACE(s.name());
    CheckOp({s.q(), s.kv(), s.kv()}, kOp, [&](const auto& in) { return Forward(s, in); });
  }
}

TEST(AttentionTest, SequencesAboutTheBlockSizes) {
  for (int64_t length : {2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200}) {
    CheckLarge({1, length, 2, 1, 8});
  }
}

TEST(AttentionTest, HeadDims) {
  for (int64_t dim : {5, 8, 10, 16, 24, 32, 33, 40, 64, 72, 80, 96, 104, 120, 127, 128}) {
    CheckLarge({1, 70, 2, 1, dim});
  }
}

TEST(AttentionTest, BatchesAndGroups) {
  CheckLarge({3, 37, 6, 6, 16});
  CheckLarge({3, 37, 6, 3, 16});
  CheckLarge({2, 133, 6, 2, 64});
  CheckLarge({2, 133, 5, 1, 96});
}

// Softmax is nearly a choice of one key, and its exponentials reach down to zero.
TEST(AttentionTest, LargeScores) {
  CheckOptions options;
  options.input_scale = 6.0f;
  options.slack = 8.0;
  CheckLarge({1, 140, 2, 1, 64}, options);
}

TEST(AttentionTest, PastKeys) {
  for (const Sizes& s :
       {Sizes{1, 1, 2, 1, 8, 1}, Sizes{2, 1, 4, 2, 64, 200}, Sizes{1, 70, 2, 1, 16, 77},
        Sizes{1, 64, 2, 2, 128, 64}, Sizes{1, 3, 2, 1, 7, 130}}) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      const double tolerance = dtype == DType::kF32 ? 2e-6 : dtype == DType::kF16 ? 2e-3 : 1.6e-2;
      const std::vector<Tensor> in = CheckInputs({s.q(), s.kv(), s.kv()}, dtype, 1.0f);
      const std::vector<double> want = Forward(s, ToValues(in));
      for (Device device : AvailableDevices()) {
        const Variable out = Attention(Variable(in[0].To(device)), Variable(in[1].To(device)),
                                       Variable(in[2].To(device)), s.past);
        const std::vector<float> got = Cast(out.value(), DType::kF32).ToVector<float>();
        for (size_t i = 0; i < want.size(); ++i) {
          ASSERT_TRUE(std::abs(got[i] - want[i]) <= tolerance)
              << s.name() << " " << device.name() << " " << DTypeName(dtype) << " element " << i
              << ": " << got[i] << " instead of " << want[i];
        }
      }
    }
  }
}

TEST(AttentionTest, SameBitsForAnyNumberOfThreads) {
  const Sizes s = {3, 150, 4, 2, 32};
  const Variable q = Variable::Leaf(RandomTensor(s.q(), 1));
  const Variable k = Variable::Leaf(RandomTensor(s.kv(), 2));
  const Variable v = Variable::Leaf(RandomTensor(s.kv(), 3));
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Attention(q, k, v);
    tape.Backward(out, RandomTensor(s.q(), 4));
    std::vector<std::vector<float>> bits = {out.value().ToVector<float>()};
    for (const Variable& x : {q, k, v}) bits.push_back(x.gradient()->Take().ToVector<float>());
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first) << threads;
  }
  SetNumThreads(0);
}

TEST(AttentionTest, SameBitsEveryTime) {
  const Sizes s = {2, 150, 4, 2, 64};
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16}) {
      std::vector<std::vector<float>> first;
      for (int run = 0; run < 3; ++run) {
        std::vector<Variable> in;
        for (const Shape& shape : {s.q(), s.kv(), s.kv()}) {
          in.push_back(Variable::Leaf(RandomTensor(shape, in.size() + 1, device, dtype)));
        }
        Tape tape;
        TapeScope scope(&tape);
        tape.Backward(kOp(in), RandomTensor(s.q(), 4, device, dtype));
        std::vector<std::vector<float>> bits;
        for (const Variable& x : in) {
          bits.push_back(Cast(x.gradient()->tensor(), DType::kF32).ToVector<float>());
        }
        if (first.empty()) first = bits;
        EXPECT_EQ(bits, first) << device.name() << " " << DTypeName(dtype);
      }
    }
  }
}

TEST(AttentionDeathTest, Arguments) {
  const Variable q(RandomTensor({1, 3, 4, 8}, 1)), k(RandomTensor({1, 3, 2, 8}, 1));
  const Variable three(RandomTensor({1, 3, 3, 8}, 1)), longer(RandomTensor({1, 5, 2, 8}, 1));
  EXPECT_DEATH(Attention(q, three, three),
               R"(attention of q \[1, 3, 4, 8\], k \[1, 3, 3, 8\] and v \[1, 3, 3, 8\])");
  EXPECT_DEATH(Attention(q, longer, longer), "with past 0");
  EXPECT_DEATH(Attention(q, k, longer), "attention of q");
  const Variable wide(RandomTensor({1, 2, 1, 129}, 1));
  EXPECT_DEATH(Attention(wide, wide, wide), "head dim 129 is not in");
  const Variable half(RandomTensor({1, 3, 2, 8}, 1, Device::Cpu(), DType::kF16));
  EXPECT_DEATH(Attention(q, half, half), "attention of f32, f16 and f16");
}

TEST(AttentionDeathTest, NoBackwardWithPastKeys) {
  const Variable q = Variable::Leaf(RandomTensor({1, 3, 4, 8}, 1));
  const Variable k(RandomTensor({1, 5, 2, 8}, 1));
  Tape tape;
  TapeScope scope(&tape);
  const Variable out = Attention(q, k, k, 2);
  EXPECT_DEATH(tape.Backward(out, RandomTensor({1, 3, 4, 8}, 2)), "has no backward pass");
}

}  // namespace
}  // namespace mneme
