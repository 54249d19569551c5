#include "autograd/testing/gradient_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

// Half the distance from 1 to the next number.
double Epsilon(DType dtype) {
  switch (dtype) {
    case DType::kBF16:
      return std::ldexp(1.0, -8);
    case DType::kF16:
      return std::ldexp(1.0, -11);
    default:
      return std::ldexp(1.0, -24);
  }
}

std::vector<double> OutputGradient(int64_t count, DType dtype) {
  const Tensor dout = Cast(RandomTensor({count}, 99, Device::Cpu(), dtype), DType::kF32);
  const std::vector<float> values = dout.ToVector<float>();
  return std::vector<double>(values.begin(), values.end());
}

// |got - want| <= tolerance, relative to the largest element: a sum's rounding error follows the
// largest of its terms. The worst element is reported with its place.
void ExpectClose(const Tensor& got, const std::vector<double>& want, double tolerance,
                 const std::string& what) {
  const std::vector<float> values = Cast(got, DType::kF32).ToVector<float>();
  ASSERT_EQ(values.size(), want.size()) << what;
  double largest = 0.0, worst = -1.0;
  size_t place = 0;
  for (double w : want) largest = std::max(largest, std::abs(w));
  for (size_t i = 0; i < want.size(); ++i) {
    const double difference = std::abs(values[i] - want[i]);
    if (!(difference <= worst)) worst = difference, place = i;
    if (std::isnan(difference)) break;
  }
  if (want.empty()) return;
  EXPECT_TRUE(worst <= tolerance * std::max(largest, 1e-30))
      << what << ": element " << place << " of " << ShapeString(got.shape()) << " is "
      << values[place] << ", expected " << want[place] << "; off by " << worst << ", allowed "
      << tolerance * largest;
}

}  // namespace

ReferenceResult ComplexStep(const ComplexFormula& formula, const Values<double>& inputs,
                            DType dtype) {
  constexpr double kStep = 1e-50;
  Values<Complex> at;
  for (const auto& input : inputs) at.emplace_back(input.begin(), input.end());
  ReferenceResult result;
  for (const Complex& v : formula(at)) result.out.push_back(v.real());
  result.dout = OutputGradient(static_cast<int64_t>(result.out.size()), dtype);
  for (auto& input : at) {
    std::vector<double> grad;
    for (Complex& x : input) {
      const Complex before = std::exchange(x, x + Complex(0.0, kStep));
      const std::vector<Complex> out = formula(at);
      x = before;
      double sum = 0.0;
      for (size_t i = 0; i < out.size(); ++i) sum += result.dout[i] * (out[i].imag() / kStep);
      grad.push_back(sum);
    }
    result.grads.push_back(std::move(grad));
  }
  return result;
}

ReferenceResult CentralDifference(const RealFormula& formula, const Values<double>& inputs,
                                  DType dtype) {
  constexpr double kStep = 1e-5;
  Values<double> at = inputs;
  ReferenceResult result;
  result.out = formula(at);
  result.dout = OutputGradient(static_cast<int64_t>(result.out.size()), dtype);
  for (auto& input : at) {
    std::vector<double> grad;
    for (double& x : input) {
      const double before = std::exchange(x, x + kStep);
      const std::vector<double> above = formula(at);
      x = before - kStep;
      const std::vector<double> below = formula(at);
      x = before;
      double sum = 0.0;
      for (size_t i = 0; i < above.size(); ++i) sum += result.dout[i] * (above[i] - below[i]);
      grad.push_back(sum / (2 * kStep));
    }
    result.grads.push_back(std::move(grad));
  }
  return result;
}

std::vector<Tensor> CheckInputs(const std::vector<Shape>& shapes, DType dtype, float scale) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < shapes.size(); ++i) {
    std::vector<float> values = RandomFloats(NumElements(shapes[i]), i + 1);
    for (float& v : values) v *= scale;
    inputs.push_back(Cast(Tensor::From<float>(shapes[i], values), dtype));
  }
  return inputs;
}

Values<double> ToValues(const std::vector<Tensor>& inputs) {
  Values<double> values;
  for (const Tensor& input : inputs) {
    const std::vector<float> wide = Cast(input, DType::kF32).ToVector<float>();
    values.emplace_back(wide.begin(), wide.end());
  }
  return values;
}

void CompareOp(const std::vector<Tensor>& inputs, const OpFunction& op,
               const ReferenceResult& expected, const CheckOptions& options) {
  const DType dtype = inputs[0].dtype();
  // Inner sums are in f32, what is stored is rounded to dtype; a backward pass rounds a few times.
  const double tolerance =
      options.slack *
      (4 * Epsilon(dtype) + Epsilon(DType::kF32) * 4 * (1 + std::sqrt(options.sum_length)));
  for (Device device : options.devices) {
    std::vector<Variable> variables;
    for (const Tensor& input : inputs) variables.push_back(Variable::Leaf(input.To(device)));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = op(variables);
    const std::string where = absl::StrCat(device.name(), " ", DTypeName(dtype), " ");
    ExpectClose(out.value(), expected.out, tolerance, where + "output");
    const std::vector<float> dout(expected.dout.begin(), expected.dout.end());
    tape.Backward(
        out, Cast(Tensor::From<float>(out.value().shape(), dout, device), out.value().dtype()));
    for (size_t i = 0; i < inputs.size(); ++i) {
      ASSERT_TRUE(variables[i].gradient()->defined()) << where << "no gradient for input " << i;
      ExpectClose(variables[i].gradient()->tensor(), expected.grads[i], tolerance,
                  absl::StrCat(where, "gradient of input ", i));
    }
  }
}

}  // namespace mneme
