#include "memory_layer/row_gradients/row_gradients_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kNormBlocks = 132 * 4;  // fixed, so that the order of the sum is too

__global__ void ConcatenateKernel(RowPart part, int64_t padding, int64_t* all) {
  const int64_t count = *part.count;
  for (int64_t i = FirstIndex(); i < part.max_rows; i += IndexStride()) {
    all[part.begin + i] = i < count ? part.rows[i] : padding;
  }
}

__global__ void DropPaddingKernel(DropPaddingArgs args) {
  const int64_t count = *args.unique_count;
  if (count > 0 && args.unique_rows[count - 1] == args.padding) *args.unique_count = count - 1;
}

__device__ const float* FindRow(const SumRowsArgs& args, int64_t row) {
  int64_t p = args.parts.count - 1;
  while (args.parts.parts[p].begin > row) --p;
  return args.parts.parts[p].gradients + (row - args.parts.parts[p].begin) * args.dim;
}

// A thread sums one pack of columns of one row.
template <int kPack>
__global__ void SumRowsKernel(SumRowsArgs args) {
  const int64_t packs = args.dim / kPack, unique_count = *args.unique_count;
  for (int64_t i = FirstIndex(); i < unique_count * packs; i += IndexStride()) {
    const int64_t u = i / packs, c = i % packs * kPack;
    const int64_t begin = args.offsets[u], end = args.offsets[u + 1];
    float sum[kPack];
    LoadPack(FindRow(args, args.order[begin]) + c, sum);
    for (int64_t j = begin + 1; j < end; ++j) {
      float row[kPack];
      LoadPack(FindRow(args, args.order[j]) + c, row);
#pragma unroll
      for (int k = 0; k < kPack; ++k) sum[k] += row[k];
    }
    StorePack(args.out + u * args.dim + c, sum);
  }
}

template <int kPack>
__global__ void PartialNorms(RowNormArgs args, float* partials) {
  const int64_t packs = *args.count * args.dim / kPack;
  float sum = 0.0f;
  for (int64_t i = FirstIndex(); i < packs; i += IndexStride()) {
    float pack[kPack];
    LoadPack(args.gradients + i * kPack, pack);
#pragma unroll
    for (int k = 0; k < kPack; ++k) sum = fmaf(pack[k], pack[k], sum);
  }
  sum = GroupReduce<kRowBlockThreads>(sum, AddOp());
  if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

__global__ void AddPartialNorms(const float* partials, float* total) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < kNormBlocks; i += kRowBlockThreads) sum += partials[i];
  sum = GroupReduce<kRowBlockThreads>(sum, AddOp());
  if (threadIdx.x == 0) *total += sum;
}

}  // namespace

void ConcatenateRows(const ConcatenateRowsArgs& args) {
  for (int64_t p = 0; p < args.parts.count; ++p) {
    const RowPart& part = args.parts.parts[p];
    if (part.max_rows == 0) continue;
    ConcatenateKernel<<<GridBlocks(part.max_rows), kBlockThreads, 0, ComputeStream()>>>(
        part, args.padding, args.all);
    MNEME_CUDA_CHECK_LAUNCH();
  }
}

void DropPadding(const DropPaddingArgs& args) {
  DropPaddingKernel<<<1, 1, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

void SumRows(const SumRowsArgs& args) {
  if (args.max_unique * args.dim == 0) return;
  bool is_wide = CanUsePacks(args.dim, {args.out});
  for (int64_t p = 0; p < args.parts.count; ++p) {
    is_wide &= CanUsePacks(args.dim, {args.parts.parts[p].gradients});
  }
  MNEME_PACK_SWITCH(
      is_wide, kPack,
      SumRowsKernel<kPack>
      <<<GridBlocks(args.max_unique * args.dim / kPack), kBlockThreads, 0, ComputeStream()>>>(
          args));
  MNEME_CUDA_CHECK_LAUNCH();
}

void AddSquaredRowNorm(const RowNormArgs& args) {
  const Scratch scratch(kNormBlocks * sizeof(float));
  float* partials = scratch.as<float>();
  MNEME_PACK_SWITCH(CanUsePacks(args.dim, {args.gradients}), kPack,
                    PartialNorms<kPack>
                    <<<kNormBlocks, kRowBlockThreads, 0, ComputeStream()>>>(args, partials));
  MNEME_CUDA_CHECK_LAUNCH();
  AddPartialNorms<<<1, kRowBlockThreads, 0, ComputeStream()>>>(partials, args.total);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace mneme::cuda
