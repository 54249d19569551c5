#include "memory_layer/gather/gather_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kRowsInFlight = 4;  // that a thread reads before it uses the first of them

// Packs of columns of all tokens that are few: rows may lie in host memory then, where the time of
// reading one is long, so warps share the picks of a token.
constexpr int64_t kFewPacks = 1 << 14;
constexpr int kSharers = 16;

// sum += weights[p] rows[index[p]] for p = first, first + step ... below end; rows of `dim`
// columns.
template <typename R, int kPack>
__device__ void AddRows(const WeightedSumArgs& args, const R* rows, int64_t first, int64_t end,
                        int64_t step, float (&sum)[kPack]) {
#pragma unroll kRowsInFlight
  for (int64_t p = first; p < end; p += step) {
    float row[kPack];
    LoadPack(rows + args.index[p] * args.dim, row);
    const float weight = args.weights[p];
#pragma unroll
    for (int k = 0; k < kPack; ++k) sum[k] = fmaf(weight, row[k], sum[k]);
  }
}

// A pack of columns of silu(gate), or ones.
template <typename O, int kPack>
__device__ void LoadGate(const WeightedSumArgs& args, int64_t at, float (&gate)[kPack]) {
  if (args.gate != nullptr) LoadPack(static_cast<const O*>(args.gate) + at, gate);
#pragma unroll
  for (int k = 0; k < kPack; ++k) {
    gate[k] = args.gate != nullptr ? gate[k] / (1.0f + expf(-gate[k])) : 1.0f;
  }
}

// A thread sums one pack of columns of one token.
template <typename R, typename O, int kPack>
__global__ void WeightedSumKernel(WeightedSumArgs args) {
  const R* rows = static_cast<const R*>(args.rows);
  O* out = static_cast<O*>(args.out);
  const int64_t packs = args.dim / kPack;
  for (int64_t i = FirstIndex(); i < args.tokens * packs; i += IndexStride()) {
    const int64_t t = i / packs, c = i % packs * kPack;
    float sum[kPack] = {}, gate[kPack];
    AddRows(args, rows + c, t * args.picks, (t + 1) * args.picks, 1, sum);
    LoadGate<O>(args, t * args.dim + c, gate);
#pragma unroll
    for (int k = 0; k < kPack; ++k) sum[k] *= gate[k];
    StorePack(out + t * args.dim + c, sum);
  }
}

// A lane of kSharers warps sums one pack of columns of one token: each warp some of the picks, the
// first one then what all of them have, in their order.
template <typename R, typename O, int kPack>
__global__ void __launch_bounds__(kSharers* kWarpThreads) SharedSumKernel(WeightedSumArgs args) {
  __shared__ float sums[kSharers][kPack][kWarpThreads];
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
  const int64_t packs = args.dim / kPack;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kWarpThreads + lane;
  const bool is_any = i < args.tokens * packs;
  const int64_t t = i / packs, c = i % packs * kPack;
  const R* rows = static_cast<const R*>(args.rows) + c;
  float sum[kPack] = {}, gate[kPack];
  LetNextBegin();
  WaitForEarlierWork();
  if (warp == 0 && is_any) LoadGate<O>(args, t * args.dim + c, gate);
  if (is_any) AddRows(args, rows, t * args.picks + warp, (t + 1) * args.picks, kSharers, sum);
#pragma unroll
  for (int k = 0; k < kPack; ++k) sums[warp][k][lane] = sum[k];
  __syncthreads();
  if (warp > 0 || !is_any) return;
#pragma unroll
  for (int k = 0; k < kPack; ++k) {
#pragma unroll
    for (int w = 1; w < kSharers; ++w) sum[k] += sums[w][k][lane];
    sum[k] *= gate[k];
  }
  StorePack(static_cast<O*>(args.out) + t * args.dim + c, sum);
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
  const int64_t packs = args.tokens * args.dim / kPack;
  if (packs > kFewPacks) {
    WeightedSumKernel<R, O, kPack><<<GridBlocks(packs), kBlockThreads, 0, ComputeStream()>>>(args);
    MNEME_CUDA_CHECK_LAUNCH();
  } else {
    LaunchEarly(SharedSumKernel<R, O, kPack>,
                dim3(static_cast<unsigned>(CeilDiv(packs, kWarpThreads))), kSharers * kWarpThreads,
                0, args);
  }
}

template <typename R, typename O>
void WeightedSumAs(const WeightedSumArgs& args) {
  MNEME_PACK_SWITCH(CanUsePacks(args.dim, {args.rows, args.gate, args.out}), kPack,
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
