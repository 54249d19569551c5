// Rows on their way between a table in host memory and the device that uses them. Nothing here
// makes the host wait, and how many rows there are is read on the device.

#ifndef MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_H_
#define MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_H_

#include <cstdint>
#include <vector>

#include "memory_layer/row_gradients/row_gradients.h"
#include "runtime/core/stream.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Copies of some rows of a table: values[u] is row rows[u], for u < count.
struct RowCopies {
  Tensor rows;    // i64 [max_rows], the first `count` ascending, each once
  Tensor count;   // i64 [1]
  Tensor values;  // [max_rows, dim], the table's dtype
};

constexpr size_t kMaxEarlierCopies = 8;

// copies.values[u] = table[copies.rows[u]] for u < count. Rows that one of `earlier` (at most
// kMaxEarlierCopies) holds come from there, the others straight out of host memory, which the GPU
// must be able to read (MapShared).
//
// table: [n_rows, dim] in host memory; all else on the device that reads.
void ReadRows(const Tensor& table, const std::vector<RowCopies>& earlier, const RowCopies& copies);

// out[u] = gradients[u], rounded to out's dtype (f32 or bf16), for u < count. out: [max_rows, dim].
void RoundRows(const RowGradients& gradients, const Tensor& out);

// Starts a copy of from's elements between host memory, which is to be pinned, and the stream's
// device, in the order of the stream.
void StartCopy(const Tensor& from, const Tensor& to, Stream& stream);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_H_
