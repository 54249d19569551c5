// Fills CPU memory with random numbers, on all threads.
//
// Every number is the distribution of distributions.h applied to the bits that philox.h gives
// its place: a kernel that draws the number of one place gets the same bits.

#ifndef MNEME_RUNTIME_RANDOM_RANDOM_FILL_H_
#define MNEME_RUNTIME_RANDOM_RANDOM_FILL_H_

#include <cstdint>

#include "runtime/core/float16.h"
#include "runtime/random/philox.h"

namespace mneme {

// out: [n]. Element i is low + (high - low) * Uniform(ElementBits(key, i)), fused: in
// [low, high], where high itself can only come from rounding.
void FillUniform(float* out, int64_t n, float low, float high, PhiloxKey key);

// out: [n]. Element i is stddev * Normal(ElementBits(key, i)).
void FillNormal(float* out, int64_t n, float stddev, PhiloxKey key);

// out: [n]. Element i is stddev * TruncatedNormal(ElementBits(key, i)): cut off at +-3 stddev.
void FillTruncatedNormal(float* out, int64_t n, float stddev, PhiloxKey key);

// Where numbers go: [n_rows, dim] each, or null.
struct RowsOut {
  float* rows = nullptr;
  bf16* rounded = nullptr;  // to nearest even
};

// The rows first_row ... first_row + n_rows - 1 of a table. Column c of row r is
// stddev * Normal(RowBits(key, r, c)), so rows may be made in any order and in any pieces.
void FillNormalRows(const RowsOut& out, int64_t first_row, int64_t n_rows, int64_t dim,
                    float stddev, PhiloxKey key);

}  // namespace mneme

#endif  // MNEME_RUNTIME_RANDOM_RANDOM_FILL_H_
