#include <cmath>

#include "memory_layer/usage/pick_usage_kernels.h"

namespace mneme::cpu {

void CountPicks(const CountPicksArgs& args) {
  PickCounters& counters = *args.counters;
  const double units = 1.0 / (kNatsPerUnit * static_cast<double>(args.picks));
  for (int64_t u = 0; u < *args.unique_count; ++u) {
    const int64_t row = args.unique_rows[u];
    const uint64_t bit = uint64_t{1} << (row % 64);
    uint64_t& word = args.touched_bits[row / 64];
    counters.rows_touched += (word & bit) == 0;
    word |= bit;
    const double count = static_cast<double>(args.offsets[u + 1] - args.offsets[u]);
    if (count > 1.0) counters.same_picks_units += std::llrint(count * std::log(count) * units);
  }
  counters.unique_rows += *args.unique_count;
}

}  // namespace mneme::cpu
