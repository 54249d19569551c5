#include "autograd/ops/cross_entropy/cross_entropy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

std::vector<int32_t> Classes(int64_t rows, int64_t classes) {
  const std::vector<int64_t> ids = RandomIds(rows, classes, 7);
  return std::vector<int32_t>(ids.begin(), ids.end());
}

// The loss of each row.
template <typename T>
std::vector<T> Reference(const std::vector<T>& logits, const std::vector<int32_t>& targets) {
  const int64_t columns = logits.size() / targets.size();
  std::vector<T> losses;
  for (size_t r = 0; r < targets.size(); ++r) {
    const T* row = logits.data() + r * columns;
    double max = -INFINITY;
    for (int64_t c = 0; c < columns; ++c) max = std::max(max, std::real(row[c]));
    T sum = 0.0;
    for (int64_t c = 0; c < columns; ++c) sum += std::exp(row[c] - max);
    losses.push_back(max + std::log(sum) - row[targets[r]]);
  }
  return losses;
}

void CheckMean(const Shape& shape, float scale) {
  const int64_t rows = NumElements(shape) / shape.back();
  const std::vector<int32_t> targets = Classes(rows, shape.back());
  CheckOp(
      {shape},
      [&](const auto& in) {
        const Device device = in[0].value().device();
        return CrossEntropy(in[0], Tensor::From<int32_t>({rows}, targets, device));
      },
      [&](const auto& in) {
        Complex sum = 0.0;
        for (const Complex& loss : Reference(in[0], targets)) sum += loss;
        return std::vector<Complex>{sum / static_cast<double>(rows)};
      },
      {.sum_length = shape.back(), .slack = scale, .input_scale = scale});
}

TEST(CrossEntropyTest, MatchesReference) {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{1, 2}, Shape{13, 31}, Shape{2, 3, 33}, Shape{37, 5}, Shape{2, 530}}) {
    CheckMean(shape, 1.0f);
    CheckMean(shape, 8.0f);
  }
}

// Rows that a whole GPU block shares, and more rows than one thread's chunk.
TEST(CrossEntropyTest, LongRows) {
  const int64_t rows = 37, columns = 5003;
  const std::vector<int32_t> targets = Classes(rows, columns);
  for (Device device : AvailableDevices()) {
    const Variable logits = Variable::Leaf(RandomTensor({rows, columns}, 1, device));
    const Tensor ids = Tensor::From<int32_t>({rows}, targets, device);
    const std::vector<float> x = logits.value().ToVector<float>();
    const std::vector<double> want = Reference(std::vector<double>(x.begin(), x.end()), targets);
    const std::vector<float> got = TokenLosses(logits.value(), ids).ToVector<float>();
    for (int64_t r = 0; r < rows; ++r) {
      ASSERT_TRUE(std::abs(got[r] - want[r]) <= 2e-6 * want[r]) << device.name() << " row " << r;
    }
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(CrossEntropy(logits, ids), 2.0f);
    const std::vector<float> dx = logits.gradient()->tensor().ToVector<float>();
    for (int64_t i = 0; i < rows * columns; ++i) {
      const int64_t r = i / columns, target = r * columns + targets[r];
      const double p = std::exp(static_cast<double>(x[i]) - x[target] - want[r]);
      const double slope = (p - (i == target)) * 2.0 / rows;
      ASSERT_TRUE(std::abs(dx[i] - slope) <= 4e-6 * std::abs(slope)) << device.name() << " " << i;
    }
  }
}

TEST(CrossEntropyTest, TokenLossesHaveTheTargetsShape) {
  for (Device device : AvailableDevices()) {
    const Tensor logits = RandomTensor({2, 3, 11}, 1, device, DType::kBF16);
    const Tensor targets = Tensor::From<int32_t>({2, 3}, Classes(6, 11), device);
    const Tensor losses = TokenLosses(logits, targets);
    EXPECT_EQ(losses.shape(), (Shape{2, 3}));
    EXPECT_EQ(losses.dtype(), DType::kF32);
    const std::vector<float> wide = Cast(logits, DType::kF32).ToVector<float>();
    const auto want = Reference(std::vector<double>(wide.begin(), wide.end()), Classes(6, 11));
    for (int i = 0; i < 6; ++i) EXPECT_NEAR(losses.ToVector<float>()[i], want[i], 1e-6);
  }
  const Tensor none = Tensor::Zeros({0, 11}, DType::kF32, Device::Cpu());
  EXPECT_EQ(TokenLosses(none, Tensor::From<int32_t>({0}, {})).numel(), 0);
}

TEST(CrossEntropyTest, ExtremeLogits) {
  for (Device device : AvailableDevices()) {
    const Tensor logits = Tensor::From<float>({2, 3}, {1e4f, 0, 0, -INFINITY, 3, 3}, device);
    const Tensor targets = Tensor::From<int32_t>({2}, {1, 2}, device);
    const std::vector<float> losses = TokenLosses(logits, targets).ToVector<float>();
    EXPECT_EQ(losses[0], 1e4f);
    EXPECT_NEAR(losses[1], std::log(2.0), 1e-6);
  }
}

TEST(CrossEntropyTest, SameBitsForAnyNumberOfThreads) {
  const Variable logits = Variable::Leaf(RandomTensor({9001, 17}, 5));
  const Tensor targets = Tensor::From<int32_t>({9001}, Classes(9001, 17));
  std::vector<float> loss, slopes;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = CrossEntropy(logits, targets);
    tape.Backward(out);
    const std::vector<float> dlogits = logits.gradient()->Take().ToVector<float>();
    if (loss.empty()) loss = out.value().ToVector<float>(), slopes = dlogits;
    EXPECT_EQ(out.value().ToVector<float>(), loss);
    EXPECT_EQ(dlogits, slopes);
  }
  SetNumThreads(0);
}

TEST(CrossEntropyDeathTest, Arguments) {
  const Variable logits(RandomTensor({2, 3}, 1));
  EXPECT_DEATH(CrossEntropy(logits, Tensor::From<int32_t>({3}, {0, 0, 0})),
               R"(logits \[2, 3\] and targets \[3\])");
  EXPECT_DEATH(CrossEntropy(logits, Tensor::From<int32_t>({2}, {0, 3})),
               "target 3 of row 1 with 3 classes");
  EXPECT_DEATH(CrossEntropy(logits, Tensor::From<int32_t>({2}, {-1, 0})), "target -1 of row 0");
  EXPECT_DEATH(CrossEntropy(logits, Tensor::From<int64_t>({2}, {0, 0})), "i64 targets");
  const Variable none(RandomTensor({0, 3}, 1));
  EXPECT_DEATH(CrossEntropy(none, Tensor::From<int32_t>({0}, {})), "the mean of no rows");
}

}  // namespace
}  // namespace mneme
