#ifndef MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_
#define MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_

#include <cstdint>

namespace mneme {

constexpr int64_t kMaxRowParts = 32;

// Some rows' gradients, as RowGradients has them. Beyond the count there is nothing to read.
struct RowPart {
  int64_t begin;           // its place among the rows of all parts, laid end to end
  int64_t max_rows;        //
  const int64_t* rows;     // [max_rows]
  const int64_t* count;    // [1]
  const float* gradients;  // [max_rows, dim]
};

struct RowParts {
  int64_t count;
  RowPart parts[kMaxRowParts];
};

// all[begin + i] = rows[i] of each part, and `padding` beyond its count.
struct ConcatenateRowsArgs {
  RowParts parts;
  int64_t padding;
  int64_t* all;  // [rows of all parts]
};

// Leaves `padding` out of the unique rows, where it can only be the last.
struct DropPaddingArgs {
  int64_t padding;
  const int64_t* unique_rows;  // [unique_count]
  int64_t* unique_count;       // [1]
};

// out[u] is the sum of the rows order[offsets[u] ... offsets[u + 1]) of all parts laid end to end.
struct SumRowsArgs {
  int64_t dim;
  RowParts parts;
  int64_t max_unique;           //
  const int64_t* unique_count;  // [1]
  const int64_t* offsets;       // [max_unique + 1]
  const int64_t* order;         // [rows of all parts]
  float* out;                   // [max_unique, dim]
};

// total += the sum of squares of the first `count` rows.
struct RowNormArgs {
  int64_t dim;
  int64_t max_rows;
  const int64_t* count;    // [1]
  const float* gradients;  // [max_rows, dim]
  float* total;            // [1]
};

namespace cpu {
void ConcatenateRows(const ConcatenateRowsArgs& args);
void DropPadding(const DropPaddingArgs& args);
void SumRows(const SumRowsArgs& args);
void AddSquaredRowNorm(const RowNormArgs& args);
}  // namespace cpu
namespace cuda {
void ConcatenateRows(const ConcatenateRowsArgs& args);
void DropPadding(const DropPaddingArgs& args);
void SumRows(const SumRowsArgs& args);
void AddSquaredRowNorm(const RowNormArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_KERNELS_H_
