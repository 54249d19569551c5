// The memory layer as plain formulas, for gradient checks.

#ifndef MNEME_MEMORY_LAYER_TESTING_LAYER_FORMULA_H_
#define MNEME_MEMORY_LAYER_TESTING_LAYER_FORMULA_H_

#include <string>
#include <vector>

#include "autograd/testing/gradient_check.h"
#include "memory_layer/memory_config.h"

namespace mneme {

// The output [T, dim] of a memory layer that picks `rows` [T, heads, knn], whatever the scores.
// inputs[i] is the tensor called names[i], of which the ends count: "x", "keys",
// "query_proj.weight", ..., "values.weight".
std::vector<Complex> LayerFormula(const MemoryConfig& config, int64_t dim,
                                  const std::vector<int64_t>& rows,
                                  const std::vector<std::string>& names,
                                  const Values<Complex>& inputs);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_TESTING_LAYER_FORMULA_H_
