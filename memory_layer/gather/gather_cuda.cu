#include "memory_layer/gather/gather_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

// Rows that a thread reads before it uses the first of them: more where threads are few, as rows
// may lie in host memory then.
constexpr int kRowsInFlight = 4;
constexpr int kFewThreadsRowsInFlight = 16;
constexpr int64_t kFewThreads = 1 << 14;

// A thread sums one pack of columns of one token.
template <typename R, typename O, int kPack, int kInFlight>
__global__ void WeightedSumKernel(WeightedSumArgs args) {
  const R* rows = static_cast<const R*>(args.rows);
  O* out = static_cast<O*>(args.out);
  const int64_t packs = args.dim / kPack;
  for (int64_t i = FirstIndex(); i < args.tokens * packs; i += IndexStride()) {
    const int64_t t = i / packs, c = i % packs * kPack;
    const int64_t* index = args.index + t * args.picks;
    const float* weights = args.weights + t * args.picks;
    float sum[kPack] = {};
#pragma unroll kInFlight
    for (int64_t p = 0; p < args.picks; ++p) {
      float row[kPack];
      LoadPack(rows + index[p] * args.dim + c, row);
      const float weight = weights[p];
#pragma unroll
      for (int k = 0; k < kPack; ++k) sum[k] = fmaf(weight, row[k], sum[k]);
    }
    StorePack(out + t * args.dim + c, sum);
  }
}

// A warp multiplies x of one token with kRowsInFlight of its picks.
template <typename R, typename X, int kPack>
__global__ void PickDotKernel(PickDotArgs args) {
  const R* rows = static_cast<const R*>(args.rows);
  const int64_t dim = args.dim, picks = args.picks;
  const int64_t groups = CeilDiv(picks, kRowsInFlight);  // of a token
  const int lane = threadIdx.x % kWarpThreads;
  for (int64_t group = FirstRow<kWarpThreads>(); group < args.tokens * groups;
       group += RowStride<kWarpThreads>()) {
    const int64_t t = group / groups, first = group % groups * kRowsInFlight;
    const X* x = static_cast<const X*>(args.x) + t * dim;
    const R* row[kRowsInFlight];
#pragma unroll
    for (int k = 0; k < kRowsInFlight; ++k) {  // those beyond the last repeat it
      row[k] = rows + args.index[t * picks + min(first + k, picks - 1)] * dim;
    }
    float sum[kRowsInFlight] = {};
    for (int64_t c = lane * kPack; c < dim; c += kWarpThreads * kPack) {
      float at_x[kPack], at_row[kRowsInFlight][kPack];
      LoadPack(x + c, at_x);
#pragma unroll
      for (int k = 0; k < kRowsInFlight; ++k) LoadPack(row[k] + c, at_row[k]);
#pragma unroll
      for (int k = 0; k < kRowsInFlight; ++k) {
#pragma unroll
        for (int j = 0; j < kPack; ++j) sum[k] = fmaf(at_row[k][j], at_x[j], sum[k]);
      }
    }
#pragma unroll
    for (int k = 0; k < kRowsInFlight; ++k) {
      const float dot = WarpReduce(sum[k], AddOp());
      if (lane == k && first + k < picks) args.out[t * picks + first + k] = dot;
    }
  }
}

template <typename R, typename O, int kPack>
void WeightedSumBy(const WeightedSumArgs& args) {
  const int64_t threads = args.tokens * args.dim / kPack;
  if (threads > kFewThreads) {
    WeightedSumKernel<R, O, kPack, kRowsInFlight>
        <<<GridBlocks(threads), kBlockThreads, 0, ComputeStream()>>>(args);
  } else {
    const int64_t blocks = CeilDiv(threads, kWarpThreads);
    WeightedSumKernel<R, O, kPack, kFewThreadsRowsInFlight>
        <<<static_cast<unsigned>(blocks), kWarpThreads, 0, ComputeStream()>>>(args);
  }
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename R, typename O>
void WeightedSumAs(const WeightedSumArgs& args) {
  MNEME_PACK_SWITCH(CanUsePacks(args.dim, {args.rows, args.out}), kPack,
                    (WeightedSumBy<R, O, kPack>(args)));
}

template <typename R, typename X>
void PickDotAs(const PickDotArgs& args) {
  const int64_t groups = args.tokens * CeilDiv(args.picks, kRowsInFlight);
  MNEME_PACK_SWITCH(
      CanUsePacks(args.dim, {args.rows, args.x}), kPack,
      PickDotKernel<R, X, kPack>
      <<<RowBlocks<kWarpThreads>(groups), kRowBlockThreads, 0, ComputeStream()>>>(args));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void WeightedSum(const WeightedSumArgs& args) {
  if (args.tokens * args.dim == 0) return;
  MNEME_FLOAT_SWITCH(args.rows_dtype, R,
                     MNEME_FLOAT_SWITCH(args.out_dtype, O, WeightedSumAs<R, O>(args)));
}

void PickDot(const PickDotArgs& args) {
  if (args.tokens * args.picks == 0) return;
  MNEME_FLOAT_SWITCH(args.rows_dtype, R,
                     MNEME_FLOAT_SWITCH(args.x_dtype, X, PickDotAs<R, X>(args)));
}

}  // namespace mneme::cuda
