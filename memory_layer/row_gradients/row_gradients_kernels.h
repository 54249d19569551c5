#ifndef MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_
#define MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_

#include <cstdint>

namespace mneme {

// out[u] is the sum of the rows order[offsets[u] ... offsets[u + 1]) of all parts laid end to end.
struct SumRowsArgs {
  int64_t dim;
  int64_t n_parts;
  const float* const* parts;    // [n_parts], in host memory: [any, dim] each
  const int64_t* part_begins;   // [n_parts], in host memory: which row of all is a part's first
  int64_t max_unique;           //
  const int64_t* unique_count;  // [1]
  const int64_t* offsets;       // [max_unique + 1]
  const int64_t* order;         // [rows of all parts]
  float* out;                   // [max_unique, dim]
};

namespace cpu {
void SumRows(const SumRowsArgs& args);
}  // namespace cpu
namespace cuda {
void SumRows(const SumRowsArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_
