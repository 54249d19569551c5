// Checks an op, forward and every gradient, against a plain formula, on every available device and
// for every float dtype.
//
// Gradients of the formula come from the complex step: with input j moved by i*1e-50, the imaginary
// part of the formula's value over 1e-50 is the derivative to the last digit of a double, for no
// difference is taken (Squire and Trapp, "Using Complex Variables to Estimate Derivatives of Real
// Functions", SIAM Review 1998). It wants an analytic formula: maxima and picked ids are to be
// decided on real parts. A formula that std::complex cannot compute uses central differences.

#ifndef MNEME_AUTOGRAD_TESTING_GRADIENT_CHECK_H_
#define MNEME_AUTOGRAD_TESTING_GRADIENT_CHECK_H_

#include <complex>
#include <functional>
#include <string>
#include <vector>

#include "autograd/core/tape.h"
#include "autograd/core/variable.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {

using Complex = std::complex<double>;

struct CheckOptions {
  // Terms in the longest sum that the op or its backward pass makes: sets the tolerance.
  int64_t sum_length = 16;
  // Multiplies the tolerance, for formulas that amplify rounding.
  double slack = 1.0;
  std::vector<DType> dtypes = {DType::kF32, DType::kBF16, DType::kF16};
  std::vector<Device> devices = AvailableDevices();
  // Inputs are uniform in [-1, 1) times this.
  float input_scale = 1.0f;
};

// What the formula gives: its value, and for each input the gradient of sum(dout * value).
struct ReferenceResult {
  std::vector<double> out;
  std::vector<double> dout;                // fixed numbers in [-1, 1)
  std::vector<std::vector<double>> grads;  // of each input
};

// Inputs and outputs as plain numbers; T is double or Complex.
template <typename T>
using Values = std::vector<std::vector<T>>;
using ComplexFormula = std::function<std::vector<Complex>(const Values<Complex>&)>;
using RealFormula = std::function<std::vector<double>(const Values<double>&)>;
using OpFunction = std::function<Variable(const std::vector<Variable>&)>;

ReferenceResult ComplexStep(const ComplexFormula& formula, const Values<double>& inputs,
                            DType dtype);
ReferenceResult CentralDifference(const RealFormula& formula, const Values<double>& inputs,
                                  DType dtype);

// The inputs that CheckOp uses: rounded to `dtype`.
std::vector<Tensor> CheckInputs(const std::vector<Shape>& shapes, DType dtype, float scale);
Values<double> ToValues(const std::vector<Tensor>& inputs);

// Runs the op on `inputs` and compares with `expected`, reporting the worst element of each tensor.
void CompareOp(const std::vector<Tensor>& inputs, const OpFunction& op,
               const ReferenceResult& expected, const CheckOptions& options);

// op: takes variables of `shapes`, returns one variable. formula: the same from vectors of numbers,
// row-major, for T = Complex.
template <typename Op, typename Formula>
void CheckOp(const std::vector<Shape>& shapes, Op op, Formula formula,
             const CheckOptions& options = {}) {
  for (DType dtype : options.dtypes) {
    const std::vector<Tensor> inputs = CheckInputs(shapes, dtype, options.input_scale);
    CompareOp(inputs, op, ComplexStep(formula, ToValues(inputs), dtype), options);
  }
}

// The same with central differences in double: formula is called with T = double.
template <typename Op, typename Formula>
void CheckOpByDifferences(const std::vector<Shape>& shapes, Op op, Formula formula,
                          const CheckOptions& options = {}) {
  for (DType dtype : options.dtypes) {
    const std::vector<Tensor> inputs = CheckInputs(shapes, dtype, options.input_scale);
    CompareOp(inputs, op, CentralDifference(formula, ToValues(inputs), dtype), options);
  }
}

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_TESTING_GRADIENT_CHECK_H_
