#ifndef MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_KERNELS_H_
#define MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct RowCopiesArgs {
  const int64_t* rows;   // [max_rows], the first `count` ascending
  const int64_t* count;  // [1]
  char* values;          // [max_rows, row_bytes]
};

struct ReadRowsArgs {
  int64_t row_bytes;
  int64_t max_rows;   // of `copies`
  const char* table;  // [n_rows, row_bytes], in host memory
  int64_t n_earlier;
  RowCopiesArgs earlier[8];  // [n_earlier]
  RowCopiesArgs copies;      // to be filled
};

struct RoundRowsArgs {
  int64_t dim;
  int64_t max_rows;
  const int64_t* count;  // [1]
  const float* from;     // [max_rows, dim]
  DType to_dtype;        //
  void* to;              // [max_rows, dim]
};

namespace cpu {
void ReadRows(const ReadRowsArgs& args);
void RoundRows(const RoundRowsArgs& args);
void StartCopy(void* to, const void* from, int64_t bytes, void* stream);
}  // namespace cpu
namespace cuda {
void ReadRows(const ReadRowsArgs& args);
void RoundRows(const RoundRowsArgs& args);
void StartCopy(void* to, const void* from, int64_t bytes, void* stream);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_TRANSFER_ROW_TRANSFER_KERNELS_H_
