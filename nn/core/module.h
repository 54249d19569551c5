// Module: a part of a model that maps activations to activations.

#ifndef MNEME_NN_CORE_MODULE_H_
#define MNEME_NN_CORE_MODULE_H_

#include "autograd/core/variable.h"

namespace mneme {

// Parameters belong to the model's ParameterStore; a module points to its own. Forward records on
// the current tape, if there is one.
class Module {
 public:
  virtual ~Module() = default;
  virtual Variable Forward(const Variable& x) = 0;
};

}  // namespace mneme

#endif  // MNEME_NN_CORE_MODULE_H_
