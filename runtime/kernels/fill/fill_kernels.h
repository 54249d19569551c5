#ifndef MNEME_RUNTIME_KERNELS_FILL_FILL_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_FILL_FILL_KERNELS_H_

#include <cstdint>

namespace mneme {

struct FillArgs {
  void* x;                // [count]
  int64_t count;          // elements
  int64_t element_bytes;  // 2, 4 or 8
  uint64_t bits;          // of one element, in the low bytes
};

namespace cpu {
void Fill(const FillArgs& args);
}  // namespace cpu
namespace cuda {
void Fill(const FillArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_FILL_FILL_KERNELS_H_
