// Compiled once for each kind of SIMD that a CPU may have; the best is chosen at run time.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/random/random_fill.cc"
#include "hwy/foreach_target.h"
// foreach_target.h must come first.
#include <algorithm>

#include "hwy/highway.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/random/lanes-inl.h"
#include "runtime/random/random_fill.h"

HWY_BEFORE_NAMESPACE();
namespace mneme::HWY_NAMESPACE {

// Numbers are made in batches, which stay in the first-level cache.
constexpr int64_t kBatchBlocks = 128;
constexpr int64_t kBatchNumbers = 4 * kBatchBlocks;

// The counters of a batch, one array for each word that varies.
struct CounterBatch {
  HWY_ALIGN uint32_t words[3][kBatchBlocks];

  void Set(int64_t b, const PhiloxBlock& counter) {
    for (int word = 0; word < 3; ++word) words[word][b] = counter.words[word];
  }
};

// numbers: [kBatchNumbers], four for each counter. Two loops of short chains of operations, many of
// which a CPU works on at once, are faster than one of long ones.
template <typename Transform>
void DrawBatch(const CounterBatch& counters, PhiloxUse use, PhiloxKey key,
               const Transform& transform, float* numbers) {
  const hn::CappedTag<float, kBatchBlocks> d;
  const hn::RebindToUnsigned<decltype(d)> u;
  const int64_t lanes = hn::Lanes(d);
  HWY_ALIGN uint32_t bits[kBatchNumbers];
  for (int64_t b = 0; b < kBatchBlocks; b += lanes) {
    auto c0 = hn::Load(u, counters.words[0] + b), c1 = hn::Load(u, counters.words[1] + b);
    auto c2 = hn::Load(u, counters.words[2] + b), c3 = hn::Set(u, static_cast<uint32_t>(use));
    Philox4x32(u, key, c0, c1, c2, c3);
    hn::StoreInterleaved4(c0, c1, c2, c3, u, bits + 4 * b);
  }
  for (int64_t i = 0; i < kBatchNumbers; i += lanes) {
    hn::StoreU(transform(d, hn::Load(u, bits + i)), d, numbers + i);
  }
}

// Numbers begin ... end - 1 of a tensor; begin is a multiple of 4.
template <typename Transform>
void FillElements(float* out, int64_t begin, int64_t end, PhiloxKey key,
                  const Transform& transform) {
  CounterBatch counters;
  for (int64_t i = begin; i < end; i += kBatchNumbers) {
    for (int64_t b = 0; b < kBatchBlocks; ++b) counters.Set(b, ElementCounter(i / 4 + b));
    if (end - i >= kBatchNumbers) {
      DrawBatch(counters, PhiloxUse::kElements, key, transform, out + i);
    } else {
      float numbers[kBatchNumbers];
      DrawBatch(counters, PhiloxUse::kElements, key, transform, numbers);
      std::copy_n(numbers, end - i, out + i);
    }
  }
}

void FillUniformElements(float* out, int64_t begin, int64_t end, float low, float high,
                         PhiloxKey key) {
  const float range = high - low;
  FillElements(out, begin, end, key, [=](auto d, auto bits) HWY_ATTR {
    return hn::MulAdd(hn::Set(d, range), Uniform(d, bits), hn::Set(d, low));
  });
}

void FillNormalElements(float* out, int64_t begin, int64_t end, float stddev, PhiloxKey key) {
  FillElements(out, begin, end, key, [=](auto d, auto bits) HWY_ATTR {
    return hn::Mul(hn::Set(d, stddev), Normal(d, bits));
  });
}

void FillTruncatedNormalElements(float* out, int64_t begin, int64_t end, float stddev,
                                 PhiloxKey key) {
  FillElements(out, begin, end, key, [=](auto d, auto bits) HWY_ATTR {
    return hn::Mul(hn::Set(d, stddev), TruncatedNormal(d, bits));
  });
}

// Rows first_row + begin ... first_row + end - 1 of a table. Walks the blocks of all of them in one
// sequence, a batch at a time, so that short rows cost little more than long ones.
void FillNormalRowRange(const RowsOut& out, int64_t first_row, int64_t begin, int64_t end,
                        int64_t dim, float stddev, PhiloxKey key) {
  struct Piece {      // neighbouring blocks of one row
    int64_t to;       // its place in the output
    int64_t numbers;  // of which the last block may have fewer than four
    int64_t blocks;
  };
  const int64_t row_blocks = (dim + 3) / 4;
  CounterBatch counters = {};
  Piece pieces[kBatchBlocks];
  float numbers[kBatchNumbers];
  int64_t row = begin, block = 0;
  while (row < end) {
    int64_t n_pieces = 0;
    for (int64_t filled = 0; filled < kBatchBlocks && row < end;) {
      const int64_t blocks = std::min(kBatchBlocks - filled, row_blocks - block);
      for (int64_t b = 0; b < blocks; ++b) {
        counters.Set(filled + b, RowCounter(first_row + row, static_cast<uint32_t>(block + b)));
      }
      pieces[n_pieces++] = {.to = row * dim + 4 * block,
                            .numbers = std::min(4 * blocks, dim - 4 * block),
                            .blocks = blocks};
      filled += blocks;
      block += blocks;
      if (block == row_blocks) ++row, block = 0;
    }
    DrawBatch(
        counters, PhiloxUse::kRows, key,
        [=](auto d, auto bits) HWY_ATTR { return hn::Mul(hn::Set(d, stddev), Normal(d, bits)); },
        numbers);
    const float* from = numbers;
    for (int64_t p = 0; p < n_pieces; ++p) {
      const Piece& piece = pieces[p];
      if (out.rows != nullptr) std::copy_n(from, piece.numbers, out.rows + piece.to);
      if (out.rounded != nullptr) {
        for (int64_t i = 0; i < piece.numbers; ++i) {
          out.rounded[piece.to + i] = static_cast<bf16>(from[i]);
        }
      }
      from += 4 * piece.blocks;
    }
  }
}

}  // namespace mneme::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mneme {
namespace {

HWY_EXPORT(FillUniformElements);
HWY_EXPORT(FillNormalElements);
HWY_EXPORT(FillTruncatedNormalElements);
HWY_EXPORT(FillNormalRowRange);

// Chunks are worth 10 us and more. Where there are many they are as large as a huge page: of fresh
// memory, threads that first write to the same page would each clear one, all but one in vain.
int64_t ChunkNumbers(int64_t n) { return std::clamp<int64_t>(n / 64 / 4 * 4, 1 << 14, 1 << 19); }

}  // namespace

void FillUniform(float* out, int64_t n, float low, float high, PhiloxKey key) {
  ParallelFor(n, ChunkNumbers(n), [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(FillUniformElements)(out, begin, end, low, high, key);
  });
}

void FillNormal(float* out, int64_t n, float stddev, PhiloxKey key) {
  ParallelFor(n, ChunkNumbers(n), [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(FillNormalElements)(out, begin, end, stddev, key);
  });
}

void FillTruncatedNormal(float* out, int64_t n, float stddev, PhiloxKey key) {
  ParallelFor(n, ChunkNumbers(n), [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(FillTruncatedNormalElements)(out, begin, end, stddev, key);
  });
}

void FillNormalRows(const RowsOut& out, int64_t first_row, int64_t n_rows, int64_t dim,
                    float stddev, PhiloxKey key) {
  if (dim <= 0) return;
  const int64_t chunk_rows = std::max<int64_t>(1, ChunkNumbers(n_rows * dim) / dim);
  ParallelFor(n_rows, chunk_rows, [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(FillNormalRowRange)(out, first_row, begin, end, dim, stddev, key);
  });
}

}  // namespace mneme
#endif
