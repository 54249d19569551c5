#include "autograd/ops/rope/rope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// The angle of pair i of d / 2, in the steps of f32 that the definition names.
double Angle(int64_t position, int64_t i, int64_t d, float theta) {
  const float exponent = -static_cast<float>(2 * i) / static_cast<float>(d);
  const float frequency = static_cast<float>(std::pow(static_cast<double>(theta), exponent));
  return static_cast<float>(position) * frequency;
}

void CheckRope(const Shape& shape, float theta, int64_t first_position) {
  const int64_t length = shape[1], heads = shape[2], d = shape[3];
  CheckOp(
      {shape}, [=](const auto& in) { return Rope(in[0], theta, first_position); },
      [=](const auto& in) {
        auto out = in[0];
        for (size_t at = 0; at < out.size(); at += 2) {
          const int64_t position = first_position + at / (heads * d) % length;
          const double angle = Angle(position, at % d / 2, d, theta);
          out[at] = in[0][at] * std::cos(angle) - in[0][at + 1] * std::sin(angle);
          out[at + 1] = in[0][at] * std::sin(angle) + in[0][at + 1] * std::cos(angle);
        }
        return out;
      },
      {.sum_length = 2});
}

TEST(RopeTest, MatchesReference) {
  CheckRope({1, 1, 1, 2}, 10000.0f, 0);
  CheckRope({0, 3, 2, 4}, 10000.0f, 0);
  CheckRope({2, 0, 2, 4}, 10000.0f, 0);
  CheckRope({2, 3, 5, 6}, 10000.0f, 0);
  CheckRope({1, 7, 1, 34}, 500000.0f, 0);
  CheckRope({3, 5, 3, 16}, 100.0f, 0);
  CheckRope({1, 5, 1, 16}, 10000.0f, 0);  // not the table of another theta
  CheckRope({2, 1, 3, 8}, 10000.0f, 12345);
  CheckRope({1, 2, 1, 64}, 10000.0f, 1000);  // beyond the table that earlier calls left
}

// [length, d / 2, 2]: x = (1, 0) everywhere turns into (cos t, sin t).
std::vector<float> TurnsOf(int64_t length, int64_t d, float theta, int64_t first, Device device) {
  std::vector<float> ones(length * d);
  for (size_t i = 0; i < ones.size(); i += 2) ones[i] = 1.0f;
  const Variable x(Tensor::From<float>({1, length, 1, d}, ones, device));
  return Rope(x, theta, first).value().ToVector<float>();
}

TEST(RopeTest, DecodingContinuesTheSequence) {
  constexpr float kTheta = 777.0f;
  constexpr int64_t kLength = 300, kD = 10;
  for (Device device : AvailableDevices()) {
    std::vector<float> one_by_one;
    for (int64_t position = 0; position < kLength; ++position) {
      const std::vector<float> turn = TurnsOf(1, kD, kTheta, position, device);
      one_by_one.insert(one_by_one.end(), turn.begin(), turn.end());
    }
    EXPECT_EQ(TurnsOf(kLength, kD, kTheta, 0, device), one_by_one) << device.name();
  }
}

// Every dtype, more tokens than blocks of a grid, wide rows.
TEST(RopeTest, ManyTokensAndWideRows) {
  for (Device device : AvailableDevices()) {
    for (const Shape& shape : {Shape{3, 1000, 1, 4}, Shape{2, 3, 9, 130}}) {
      const int64_t length = shape[1], heads = shape[2], d = shape[3];
      const Tensor x = RandomTensor(shape, 1, device);
      const std::vector<float> in = x.ToVector<float>();
      const std::vector<float> out = Rope(Variable(x), 10000.0f).value().ToVector<float>();
      for (size_t at = 0; at < out.size(); at += 2) {
        const double t = Angle(at / (heads * d) % length, at % d / 2, d, 10000.0f);
        ASSERT_TRUE(std::abs(out[at] - (in[at] * cos(t) - in[at + 1] * sin(t))) <= 3e-7) << at;
        ASSERT_TRUE(std::abs(out[at + 1] - (in[at] * sin(t) + in[at + 1] * cos(t))) <= 3e-7) << at;
      }
    }
  }
}

TEST(RopeTest, SameBitsForAnyNumberOfThreads) {
  std::vector<float> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const Variable x(RandomTensor({3, 100, 7, 32}, 1));
    const std::vector<float> out = Rope(x, 10000.0f).value().ToVector<float>();
    if (first.empty()) first = out;
    EXPECT_EQ(out, first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(RopeDeathTest, NamesTheFault) {
  EXPECT_DEATH(Rope(Variable(RandomTensor({2, 3, 5}, 1)), 10000.0f), R"(rope of f32 \[2, 3, 5\])");
  EXPECT_DEATH(Rope(Variable(RandomTensor({1, 2, 3, 5}, 1)), 10000.0f), R"(\[1, 2, 3, 5\])");
  EXPECT_DEATH(Rope(Variable(RandomTensor({1, 2, 3, 4}, 1)), 10000.0f, -1), "position -1");
  EXPECT_DEATH(Rope(Variable(RandomTensor({1, 2, 3, 4}, 1)), 0.0f), "theta 0");
}

}  // namespace
}  // namespace mneme
