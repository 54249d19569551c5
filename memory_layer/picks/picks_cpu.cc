// A radix sort, from the lowest digit up, of words that hold (row, place). Words start in the order
// of their places and every pass is stable, so only the rows' digits are sorted by. Each pass
// counts the digits of fixed chunks, and a chunk then knows where each of its words goes.

#include <algorithm>
#include <bit>
#include <vector>

#include "memory_layer/picks/picks_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunk = 1 << 14;  // picks
constexpr int kMaxDigitBits = 11;    // a chunk's counters fit in the first-level cache

int64_t ChunkCount(int64_t count) { return CeilDiv(count, kChunk); }

// Replaces each number by the sum of those before it, and returns the sum of all.
template <typename Numbers>
int64_t ExclusiveSum(Numbers& numbers) {
  int64_t sum = 0;
  for (int64_t& number : numbers) {
    const int64_t before = sum;
    sum += number;
    number = before;
  }
  return sum;
}

// One stable pass: from -> to, ordered by the `bits` bits above `shift`.
void SortByDigit(const uint64_t* from, uint64_t* to, int64_t count, int shift, int bits) {
  const int64_t bins = int64_t{1} << bits, chunks = ChunkCount(count);
  const uint64_t mask = bins - 1;
  std::vector<int64_t> places(bins * chunks);  // [bins, chunks]: counts, then where words go
  ParallelFor(count, kChunk, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> counts(bins);
    for (int64_t i = begin; i < end; ++i) ++counts[from[i] >> shift & mask];
    for (int64_t bin = 0; bin < bins; ++bin) places[bin * chunks + begin / kChunk] = counts[bin];
  });
  ExclusiveSum(places);
  ParallelFor(count, kChunk, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> next(bins);
    for (int64_t bin = 0; bin < bins; ++bin) next[bin] = places[bin * chunks + begin / kChunk];
    for (int64_t i = begin; i < end; ++i) to[next[from[i] >> shift & mask]++] = from[i];
  });
}

// Returns the half of scratch that holds the sorted words, row << place_bits | place.
const uint64_t* Sort(const SortPicksArgs& args, int place_bits) {
  const int row_bits = std::bit_width(static_cast<uint64_t>(args.n_rows - 1));
  const int passes = CeilDiv(row_bits, kMaxDigitBits);
  uint64_t* from = args.scratch;
  uint64_t* to = args.scratch + args.count;
  ParallelFor(args.count, kChunk, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      from[i] = static_cast<uint64_t>(args.rows[i]) << place_bits | static_cast<uint64_t>(i);
    }
  });
  for (int pass = 0; pass < passes; ++pass) {
    const int first_bit = row_bits * pass / passes, last_bit = row_bits * (pass + 1) / passes;
    SortByDigit(from, to, args.count, place_bits + first_bit, last_bit - first_bit);
    std::swap(from, to);
  }
  return from;
}

}  // namespace

void SortPicks(const SortPicksArgs& args) {
  args.offsets[0] = 0;
  *args.unique_count = 0;
  if (args.count == 0) return;
  const int place_bits = std::bit_width(static_cast<uint64_t>(args.count - 1));
  const uint64_t* words = Sort(args, place_bits);
  const auto is_first = [&](int64_t i) {
    return i == 0 || words[i] >> place_bits != words[i - 1] >> place_bits;
  };
  std::vector<int64_t> chunk_uniques(ChunkCount(args.count));  // in a chunk, then before it
  ParallelFor(args.count, kChunk, [&](int64_t begin, int64_t end) {
    int64_t uniques = 0;
    for (int64_t i = begin; i < end; ++i) uniques += is_first(i);
    chunk_uniques[begin / kChunk] = uniques;
  });
  const int64_t unique_count = ExclusiveSum(chunk_uniques);
  const uint64_t place_mask = (uint64_t{1} << place_bits) - 1;
  ParallelFor(args.count, kChunk, [&](int64_t begin, int64_t end) {
    int64_t u = chunk_uniques[begin / kChunk] - 1;
    for (int64_t i = begin; i < end; ++i) {
      if (is_first(i)) {
        ++u;
        args.unique_rows[u] = static_cast<int64_t>(words[i] >> place_bits);
        args.offsets[u] = i;
      }
      const int64_t place = static_cast<int64_t>(words[i] & place_mask);
      args.order[i] = place;
      args.inverse[place] = u;
    }
  });
  args.offsets[unique_count] = args.count;
  *args.unique_count = unique_count;
}

}  // namespace mneme::cpu
