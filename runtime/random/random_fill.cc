#include "runtime/random/random_fill.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/parallel/thread_pool.h"
#include "runtime/random/distributions.h"

namespace mneme {
namespace {

// Numbers are made in batches: few enough for the first-level cache, enough to vectorise.
constexpr int64_t kBatchBlocks = 64;
constexpr int64_t kBatchNumbers = 4 * kBatchBlocks;
constexpr int64_t kChunkNumbers = 64 * kBatchNumbers;  // some 50 us of work

// The counters of a batch, one array for each word that varies.
struct CounterBatch {
  uint32_t words[3][kBatchBlocks];

  void Set(int64_t b, const PhiloxBlock& counter) {
    for (int word = 0; word < 3; ++word) words[word][b] = counter.words[word];
  }
};

// numbers: [kBatchNumbers], four for each counter.
template <PhiloxUse use, typename Transform>
void DrawBatch(const CounterBatch& counters, PhiloxKey key, Transform transform, float* numbers) {
  uint32_t bits[kBatchNumbers];
  for (int64_t b = 0; b < kBatchBlocks; ++b) {
    const PhiloxBlock block = Philox4x32({{counters.words[0][b], counters.words[1][b],
                                           counters.words[2][b], static_cast<uint32_t>(use)}},
                                         key);
    bits[4 * b + 0] = block.words[0];
    bits[4 * b + 1] = block.words[1];
    bits[4 * b + 2] = block.words[2];
    bits[4 * b + 3] = block.words[3];
  }
  for (int64_t i = 0; i < kBatchNumbers; ++i) numbers[i] = transform(bits[i]);
}

template <typename Transform>
void Fill(float* out, int64_t n, PhiloxKey key, Transform transform) {
  ParallelFor(n, kChunkNumbers, [=](int64_t begin, int64_t end) {
    CounterBatch counters;
    for (int64_t i = begin; i < end; i += kBatchNumbers) {
      for (int64_t b = 0; b < kBatchBlocks; ++b) counters.Set(b, ElementCounter(i / 4 + b));
      if (end - i >= kBatchNumbers) {
        DrawBatch<PhiloxUse::kElements>(counters, key, transform, out + i);
      } else {
        float numbers[kBatchNumbers];
        DrawBatch<PhiloxUse::kElements>(counters, key, transform, numbers);
        std::memcpy(out + i, numbers, (end - i) * sizeof(float));
      }
    }
  });
}

// rows: [n_rows, dim]. Walks the blocks of all rows in one sequence, a batch at a time, so that
// short rows cost no more than long ones.
template <typename Transform>
void FillRows(float* rows, int64_t first_row, int64_t n_rows, int64_t dim, PhiloxKey key,
              Transform transform) {
  const int64_t row_blocks = (dim + 3) / 4;
  CounterBatch counters = {};
  int64_t places[kBatchBlocks];  // where each block of the batch goes, from `rows`
  int64_t widths[kBatchBlocks];  // and how many of its numbers
  float numbers[kBatchNumbers];
  int64_t filled = 0;
  for (int64_t row = 0; row < n_rows; ++row) {
    for (int64_t column_block = 0; column_block < row_blocks; ++column_block) {
      counters.Set(filled, RowCounter(first_row + row, static_cast<uint32_t>(column_block)));
      places[filled] = row * dim + 4 * column_block;
      widths[filled] = std::min<int64_t>(4, dim - 4 * column_block);
      ++filled;
      const bool last = row == n_rows - 1 && column_block == row_blocks - 1;
      if (filled < kBatchBlocks && !last) continue;
      DrawBatch<PhiloxUse::kRows>(counters, key, transform, numbers);
      if (dim % 4 == 0) {  // the blocks lie side by side
        std::memcpy(rows + places[0], numbers, 4 * filled * sizeof(float));
      } else {
        for (int64_t b = 0; b < filled; ++b) {
          std::copy_n(numbers + 4 * b, widths[b], rows + places[b]);
        }
      }
      filled = 0;
    }
  }
}

}  // namespace

void FillUniform(float* out, int64_t n, float low, float high, PhiloxKey key) {
  const float range = high - low;
  Fill(out, n, key, [=](uint32_t bits) { return std::fma(range, Uniform(bits), low); });
}

void FillNormal(float* out, int64_t n, float stddev, PhiloxKey key) {
  Fill(out, n, key, [=](uint32_t bits) { return stddev * Normal(bits); });
}

void FillTruncatedNormal(float* out, int64_t n, float stddev, PhiloxKey key) {
  Fill(out, n, key, [=](uint32_t bits) { return stddev * TruncatedNormal(bits); });
}

void FillNormalRows(float* rows, int64_t first_row, int64_t n_rows, int64_t dim, float stddev,
                    PhiloxKey key) {
  if (dim <= 0) return;
  const int64_t chunk_rows = std::max<int64_t>(1, kChunkNumbers / dim);
  ParallelFor(n_rows, chunk_rows, [=](int64_t begin, int64_t end) {
    FillRows(rows + begin * dim, first_row + begin, end - begin, dim, key,
             [=](uint32_t bits) { return stddev * Normal(bits); });
  });
}

}  // namespace mneme
