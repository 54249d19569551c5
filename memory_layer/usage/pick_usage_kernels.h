#ifndef MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_KERNELS_H_
#define MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_KERNELS_H_

#include <cstdint>

namespace mneme {

// Logarithms are counted in units: whole numbers add up to the same sum in any order.
constexpr double kNatsPerUnit = 1.0 / (int64_t{1} << 40);

struct PickCounters {
  int64_t rows_touched;      // over the whole run
  int64_t unique_rows;       // of each lookup
  int64_t same_picks_units;  // of each lookup, the sum over its rows of count log(count) / picks
};

struct CountPicksArgs {
  int64_t picks;                // of the lookup; > 0
  int64_t max_unique;           //
  const int64_t* unique_count;  // [1]
  const int64_t* unique_rows;   // [max_unique]
  const int64_t* offsets;  // [max_unique + 1]: row u was picked offsets[u + 1] - offsets[u] times
  uint64_t* touched_bits;  // [ceil(n_rows / 64)]
  PickCounters* counters;  // [1], to be added to
};

namespace cpu {
void CountPicks(const CountPicksArgs& args);
}  // namespace cpu
namespace cuda {
void CountPicks(const CountPicksArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_KERNELS_H_
