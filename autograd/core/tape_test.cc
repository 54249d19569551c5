#include "autograd/core/tape.h"

#include <gtest/gtest.h>

#include "runtime/kernels/add/add.h"

namespace mneme {
namespace {

// out = a + b, handing the same gradient tensor to both.
struct PlusNode : Node {
  const char* name() const override { return "Plus"; }
  void Backward(Tensor dout) override {
    if (a_grad) a_grad->Add(dout);
    if (b_grad) b_grad->Add(dout);
  }
  std::shared_ptr<Gradient> a_grad, b_grad;
};

Variable Plus(const Variable& a, const Variable& b) {
  Tensor out = Sum(a.value(), b.value());
  if (!Recording(a, b)) return Variable(out);
  auto node = std::make_unique<PlusNode>();
  node->a_grad = a.gradient();
  node->b_grad = b.gradient();
  return Record(std::move(node), out);
}

Variable LeafOf(float value) { return Variable::Leaf(Tensor::From<float>({}, {value})); }

float GradientOf(const Variable& v) { return v.gradient()->tensor().ToVector<float>()[0]; }

TEST(TapeTest, GradientsOfSharedValuesAddUp) {
  const Variable a = LeafOf(3), b = LeafOf(4);
  Tape tape;
  TapeScope scope(&tape);
  const Variable c = Plus(a, b);
  const Variable d = Plus(c, c);
  tape.Backward(Plus(d, a));
  EXPECT_EQ(GradientOf(a), 3.0f);  // 2 through d, 1 itself
  EXPECT_EQ(GradientOf(b), 2.0f);
}

TEST(TapeTest, GradientsAccumulateOverPassesUntilCleared) {
  const Variable a = LeafOf(3);
  for (int pass = 1; pass <= 3; ++pass) {
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(Plus(a, a), 0.5f);
    EXPECT_EQ(GradientOf(a), 1.0f * pass);
  }
  a.gradient()->Clear();
  EXPECT_FALSE(a.gradient()->defined());
}

TEST(TapeTest, UnusedOutputsAndConstantsGetNothing) {
  const Variable a = LeafOf(1), b = LeafOf(1);
  const Variable constant(Tensor::From<float>({}, {5.0f}));
  Tape tape;
  TapeScope scope(&tape);
  Plus(b, b);
  tape.Backward(Plus(a, constant));
  EXPECT_EQ(GradientOf(a), 1.0f);
  EXPECT_FALSE(b.gradient()->defined());
}

TEST(TapeTest, BackwardFreesWhatItSaved) {
  const Variable a = LeafOf(1);
  const long holders = a.gradient().use_count();
  Tape tape;
  TapeScope scope(&tape);
  const Variable b = Plus(a, a);
  EXPECT_GT(a.gradient().use_count(), holders);
  tape.Backward(b);
  EXPECT_EQ(a.gradient().use_count(), holders);
}

TEST(TapeTest, ScopesNest) {
  const Variable a = LeafOf(1);
  Tape tape;
  {
    TapeScope recording(&tape);
    {
      TapeScope paused(nullptr);
      EXPECT_FALSE(Plus(a, a).requires_grad());
    }
    EXPECT_TRUE(Plus(a, a).requires_grad());
  }
  EXPECT_EQ(Tape::Current(), nullptr);
}

TEST(TapeDeathTest, LossMustBeOneNumberThatDependsOnALeaf) {
  Tape tape;
  EXPECT_DEATH(tape.Backward(Variable::Leaf(Tensor::Zeros({2}, DType::kF32, Device::Cpu()))),
               R"(shape \[2\])");
  EXPECT_DEATH(tape.Backward(Variable(Tensor::From<float>({}, {1.0f}))), "depends on no leaf");
}

}  // namespace
}  // namespace mneme
