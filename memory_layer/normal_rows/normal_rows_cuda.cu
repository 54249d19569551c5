#include "memory_layer/normal_rows/normal_rows_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/random/distributions.h"

namespace mneme::cuda {
namespace {

// A thread draws four neighbouring columns: one block of the generator.
__global__ void FillNormalRowsKernel(NormalRowsArgs args) {
  const int64_t blocks = (args.dim + 3) / 4;
  for (int64_t i = FirstIndex(); i < args.n_rows * blocks; i += IndexStride()) {
    const int64_t row = i / blocks, block = i % blocks;
    const PhiloxBlock bits = Philox4x32(
        RowCounter(static_cast<uint64_t>(args.first_row + row), static_cast<uint32_t>(block)),
        args.key);
    float* out = args.rows + row * args.dim + 4 * block;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (4 * block + k < args.dim) out[k] = args.stddev * Normal(bits.words[k]);
    }
  }
}

}  // namespace

void FillNormalRows(const NormalRowsArgs& args) {
  if (args.n_rows * args.dim == 0) return;
  FillNormalRowsKernel<<<GridBlocks(args.n_rows * args.dim / 4 + 1), kBlockThreads, 0,
                         ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace mneme::cuda
