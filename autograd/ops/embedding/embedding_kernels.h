#ifndef MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct EmbeddingForwardArgs {
  DType dtype;
  int64_t count;       // of ids
  int64_t table_rows;  // V
  int64_t dim;         // D
  const void* table;   // [V, D]
  const int32_t* ids;  // [count]
  void* out;           // [count, D]
};

struct EmbeddingBackwardArgs {
  DType dtype;  // of dout
  int64_t count;
  int64_t table_rows;
  int64_t dim;
  const int32_t* ids;  // [count]
  const void* dout;    // [count, D]
  float* dtable;       // [V, D], all zero
};

namespace cpu {
void EmbeddingForward(const EmbeddingForwardArgs& args);
void EmbeddingBackward(const EmbeddingBackwardArgs& args);
}  // namespace cpu
namespace cuda {
// An id outside the table stops the kernel with a message.
void EmbeddingForward(const EmbeddingForwardArgs& args);
void EmbeddingBackward(const EmbeddingBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_KERNELS_H_
