// Rows of normal numbers, the same bits on every device.

#ifndef MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_H_
#define MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_H_

#include <cstdint>

#include "runtime/core/tensor.h"
#include "runtime/random/philox.h"

namespace mneme {

// Fills rows (f32 [n, dim]) with the rows first_row ... first_row + n - 1 of a table: column c of
// row r is stddev * Normal(RowBits(key, r, c)), as FillNormalRows of runtime/random has it.
void FillNormalRows(const Tensor& rows, int64_t first_row, float stddev, PhiloxKey key);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_H_
