#ifndef MNEME_MEMORY_LAYER_PICKS_PICKS_KERNELS_H_
#define MNEME_MEMORY_LAYER_PICKS_PICKS_KERNELS_H_

#include <cstdint>

namespace mneme {

struct SortPicksArgs {
  int64_t n_rows;         // every row is below
  int64_t count;          // of picks
  const int64_t* rows;    // [count]
  uint64_t* scratch;      // [2 * count]
  int64_t* unique_count;  // [1]
  int64_t* unique_rows;   // [min(count, n_rows)]
  int64_t* offsets;       // [min(count, n_rows) + 1]
  int64_t* order;         // [count]
  int64_t* inverse;       // [count]
};

namespace cpu {
void SortPicks(const SortPicksArgs& args);
}  // namespace cpu
namespace cuda {
void SortPicks(const SortPicksArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PICKS_PICKS_KERNELS_H_
