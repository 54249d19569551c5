// Module: a part of a model that maps activations to activations.

#ifndef MNEME_NN_CORE_MODULE_H_
#define MNEME_NN_CORE_MODULE_H_

#include "autograd/core/variable.h"
#include "autograd/ops/few_rows/few_rows.h"

namespace mneme {

// Parameters belong to the model's ParameterStore; a module points to its own. Forward records on
// the current tape, if there is one.
class Module {
 public:
  virtual ~Module() = default;
  virtual Variable Forward(const Variable& x) = 0;

  // residual + Forward(n), n the normalised rows: a residual branch at inference, in as few kernels
  // as the module knows to do it. Records nothing.
  virtual Tensor AddTo(const Tensor& residual, const NormedRows& rows);
};

}  // namespace mneme

#endif  // MNEME_NN_CORE_MODULE_H_
