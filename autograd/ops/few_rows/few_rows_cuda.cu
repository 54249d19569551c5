// A warp to a few outputs at a time: it multiplies their rows of the weights with all rows of n,
// which every block keeps in shared memory. Weights are on their way there before the kernel ahead
// has ended. What a decoding step then waits for is one kernel's instructions after another's: so
// all that can be known before is, the norm is applied to the sums, and sums are reduced together.

#include <algorithm>
#include <bit>

#include "autograd/ops/few_rows/few_rows_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/copy_async_cuda.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarpThreads;
constexpr int64_t kMaxBlocks = 132 * 2;  // all of them run at once, beside those of the next kernel
constexpr int kPack = static_cast<int>(kFewRowsPack);
constexpr int kStep = kWarpThreads * kPack;  // columns that a warp takes at once
constexpr int kStage = static_cast<int>(kFewRowsStage);
constexpr int kStageSteps = kStage / kStep;
constexpr int64_t kMaxStages = 8;         // of a ring
constexpr int64_t kRingBytes = 48 << 10;  // of a block's rings, if that is a stage or more

__device__ int Warp() { return static_cast<int>(threadIdx.x) / kWarpThreads; }
__device__ int Lane() { return static_cast<int>(threadIdx.x) % kWarpThreads; }

// An output of all weights taken together, seen as one of its own weight.
struct Output {
  int weight, index;
};

__device__ Output FindOutput(const FewRowsArgs& args, int o) {
  Output output = {0, o};
#pragma unroll
  for (int i = 0; i + 1 < FewRowsArgs::kMaxWeights; ++i) {
    if (output.weight == i && output.index >= static_cast<int>(args.outputs[i])) {
      output = {i + 1, output.index - static_cast<int>(args.outputs[i])};
    }
  }
  return output;
}

// Waits for all stages that are on their way but the latest `left`.
__device__ void WaitForStages(int left) {
  static_assert(kMaxStages == 8);
  switch (left) {
    case 0:
      return WaitForCopyGroups<0>();
    case 1:
      return WaitForCopyGroups<1>();
    case 2:
      return WaitForCopyGroups<2>();
    case 3:
      return WaitForCopyGroups<3>();
    case 4:
      return WaitForCopyGroups<4>();
    case 5:
      return WaitForCopyGroups<5>();
    case 6:
      return WaitForCopyGroups<6>();
    default:
      return WaitForCopyGroups<7>();
  }
}

// Starts the copy of a pack to shared memory; `inside` false: of zeros.
template <typename T>
__device__ void CopyPack(T* to, const T* from, bool inside) {
  constexpr int kCopy = 16 / sizeof(T);
#pragma unroll
  for (int i = 0; i < kPack; i += kCopy) CopyAsync16(to + i, inside ? from + i : from, inside);
}

// The rows of a warp's outputs on their way through shared memory: kOutputs outputs at a time,
// kStage columns of each, with zeros beyond the last. A lane copies what it will use itself, so
// none waits for another.
template <typename T, int kOutputs, bool kGated>
class WeightRing {
 public:
  static constexpr int kRows = kGated ? 2 * kOutputs : kOutputs;  // a gate, then what it is for
  static constexpr int kStageElements = kRows * kStage;

  // `ring`: room for `stages` stages. The warp's outputs are first, first + stride ... below
  // `outputs`.
  __device__ WeightRing(const FewRowsArgs& args, T* ring, int stages, int first, int stride,
                        int outputs)
      : args_(args),
        ring_(ring + Lane() * kPack),
        stages_(stages),
        stride_(stride),
        outputs_(outputs),
        next_(first) {
#pragma unroll 1
    for (int i = 0; i < stages; ++i) Fetch();
  }

  // The next stage is there: the first ones are when WaitForCopies has been called. This lane's
  // columns of step s of row r are at Step(r, s).
  __device__ void Wait() {
    if (taken_++ >= stages_) WaitForStages(stages_ - 1);
  }
  __device__ const T* Step(int r, int s) const { return StepOf(used_, r, s); }

  // The next stage has been used.
  __device__ void Release() {
    Fetch();
    used_ = After(used_);
  }

 private:
  __device__ T* StepOf(int stage, int r, int s) const {
    return ring_ + ((stage * kRows + r) * kStageSteps + s) * kStep;
  }
  __device__ int After(int stage) const { return stage + 1 == stages_ ? 0 : stage + 1; }

  // The rows of outputs next_ and on; beyond the last it is repeated.
  __device__ void FindRows() {
    const int columns = static_cast<int>(args_.columns);
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) {
      const auto [weight, index] = FindOutput(args_, min(next_ + i * stride_, outputs_ - 1));
      const int64_t at = int64_t{index} * columns + Lane() * kPack;
      if constexpr (kGated) {
        rows_[2 * i] = static_cast<const T*>(args_.weights[0]) + at;
        rows_[2 * i + 1] = static_cast<const T*>(args_.weights[1]) + at;
      } else {
        rows_[i] = static_cast<const T*>(args_.weights[weight]) + at;
      }
    }
  }

  // Starts the next stage's copies, if there is one.
  __device__ void Fetch() {
    const int columns = static_cast<int>(args_.columns);
    if (next_ < outputs_) {
      if (column_ == 0) FindRows();
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
#pragma unroll
        for (int s = 0; s < kStageSteps; ++s) {
          const int c = column_ + s * kStep;
          CopyPack(StepOf(fetched_, r, s), rows_[r] + c, c + Lane() * kPack < columns);
        }
      }
      fetched_ = After(fetched_);
      column_ += kStage;
      if (column_ >= columns) column_ = 0, next_ += kOutputs * stride_;
    }
    EndCopyGroup();
  }

  const FewRowsArgs& args_;
  T* ring_;
  int stages_, stride_, outputs_;
  const T* rows_[kRows];
  int next_, column_ = 0;       // what is fetched next
  int fetched_ = 0, used_ = 0;  // stages of the ring
  int taken_ = 0;
};

// `rows` rows of K columns into shared memory, each padded with zeros to `padded` columns.
template <typename T>
__device__ void CopyRows(const void* from, int rows, int columns, T* to, int padded) {
#pragma unroll 1
  for (int r = 0; r < rows; ++r) {
#pragma unroll 1
    for (int c = threadIdx.x * kPack; c < padded; c += kThreads * kPack) {
      CopyPack(to + r * padded + c, static_cast<const T*>(from) + r * columns + c, c < columns);
    }
  }
}

// What a lane has of the sums that a group of outputs needs.
template <int kRows, int kTokens, bool kNormed>
struct Sums {
  // [r * kTokens + t]: n[t] . row r of the weights. Then, if kNormed, for each token the squares of
  // x.
  static constexpr int kCount = (kRows + (kNormed ? 1 : 0)) * kTokens;
  float sums[std::bit_ceil(static_cast<unsigned>(kCount))] = {};

  // Adds the columns of a step.
  template <typename T, typename Ring>
  __device__ void Add(const T* x, const T* scale, int padded, const Ring& ring, int step) {
    float scales[kPack];
    if constexpr (kNormed) LoadPack(scale, scales);
    float n[kTokens][kPack];
#pragma unroll
    for (int t = 0; t < kTokens; ++t) {
      LoadPack(x + t * padded, n[t]);
      if constexpr (kNormed) {
#pragma unroll
        for (int k = 0; k < kPack; ++k) {
          sums[kRows * kTokens + t] = fmaf(n[t][k], n[t][k], sums[kRows * kTokens + t]);
          n[t][k] *= scales[k];
        }
      }
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      float weights[kPack];
      LoadPack(ring.Step(r, step), weights);
#pragma unroll
      for (int t = 0; t < kTokens; ++t) {
#pragma unroll
        for (int k = 0; k < kPack; ++k) {
          sums[r * kTokens + t] = fmaf(weights[k], n[t][k], sums[r * kTokens + t]);
        }
      }
    }
  }
};

__device__ float Silu(float x) { return __fdividef(x, 1.0f + expf(-x)); }

enum class Kind { kPlain, kNormed, kGated };  // kGated: normed as well

// kTokens: args.rows or more; what the rows beyond hold is not used.
template <typename T, int kTokens, int kOutputs, Kind kKind>
__global__ void __launch_bounds__(kThreads)
    FewRowsKernel(const __grid_constant__ FewRowsArgs args, int outputs, int stages) {
  constexpr bool kGated = kKind == Kind::kGated, kNormed = kKind != Kind::kPlain;
  using Ring = WeightRing<T, kOutputs, kGated>;
  extern __shared__ __align__(16) unsigned char shared[];
  LetNextBegin();
  const int columns = static_cast<int>(args.columns), padded = RoundUp(columns, kStage);
  const int rows = static_cast<int>(args.rows);
  T* x = reinterpret_cast<T*>(shared);  // [kTokens, padded]
  T* scale = x + kTokens * padded;      // [padded], if kNormed
  T* rings = scale + (kNormed ? padded : 0);
  if constexpr (kNormed) CopyRows(args.norm_weight, 1, columns, scale, padded);
  const int first = Warp() * static_cast<int>(gridDim.x) + static_cast<int>(blockIdx.x);
  const int stride = kWarps * static_cast<int>(gridDim.x);
  Ring ring(args, rings + Warp() * stages * Ring::kStageElements, stages, first, stride, outputs);

  // The result that a lane has after the sums are reduced: of row `row` of a group, and of a token.
  const int row = Lane() / kTokens, token = Lane() % kTokens;
  const bool may_store = row < Ring::kRows && token < rows && !(kGated && row % 2 == 1);
  const T* residual = static_cast<const T*>(args.residual);
  T* result = nullptr;
  int at = 0;
  float bias = 0.0f;
  bool has_result = false;
  const auto find_result = [&](int o) {
    o += (kGated ? row / 2 : row) * stride;
    has_result = may_store && o < outputs;
    if (!has_result) return;
    const auto [weight, index] = FindOutput(args, o);
    at = token * static_cast<int>(args.outputs[weight]) + index;
    result = static_cast<T*>(args.outs[weight]) + at;
    const T* biases = static_cast<const T*>(args.biases[weight]);
    bias = biases ? static_cast<float>(biases[index]) : 0.0f;
  };
  find_result(first);
  const float inv_columns = 1.0f / static_cast<float>(columns);

  WaitForEarlierWork();
  CopyRows(args.x, rows, columns, x, padded);
  float add = bias;
  if (residual && has_result) add += static_cast<float>(residual[at]);
  WaitForCopies();
  __syncthreads();
  const T* lane_x = x + Lane() * kPack;
  const T* lane_scale = scale + Lane() * kPack;
  for (int o = first; o < outputs; o += kOutputs * stride) {
    Sums<Ring::kRows, kTokens, kNormed> sums;
    for (int c = 0; c < padded; c += kStage) {
      ring.Wait();
#pragma unroll
      for (int s = 0; s < kStageSteps; ++s) {
        const int step = c + s * kStep;
        sums.Add(lane_x + step, lane_scale + step, padded, ring, s);
      }
      ring.Release();
    }
    const float sum = WarpSums(sums.sums);
    float value = sum;
    if constexpr (kNormed) {
      const float squares = __shfl_sync(0xffffffffu, sum, Ring::kRows * kTokens + token);
      value *= rsqrtf(squares * inv_columns + args.epsilon);
    }
    if constexpr (kGated) value = Silu(value) * __shfl_xor_sync(0xffffffffu, value, kTokens);
    if (has_result) *result = static_cast<T>(value + add);
    if (o + kOutputs * stride >= outputs) break;
    find_result(o + kOutputs * stride);
    add = bias;
    if (residual && has_result) add += static_cast<float>(residual[at]);
  }
}

template <typename T, int kTokens, int kOutputs, Kind kKind>
void LaunchKernel(const FewRowsArgs& args, int64_t outputs) {
  const auto kernel = FewRowsKernel<T, kTokens, kOutputs, kKind>;
  const int64_t blocks = std::min(kMaxBlocks, CeilDiv(outputs, kWarps));
  const int64_t groups = CeilDiv(outputs, blocks * kWarps * kOutputs);
  constexpr int64_t kStageBytes =
      sizeof(T) * kWarps * WeightRing<T, kOutputs, kKind == Kind::kGated>::kStageElements;
  const int64_t stored_rows = kTokens + (kKind == Kind::kPlain ? 0 : 1);
  const int64_t row_bytes = stored_rows * RoundUp(args.columns, kStage) * sizeof(T);
  const int64_t room = std::min(kRingBytes, MaxSharedBytes() - row_bytes);
  const int64_t stages = std::clamp<int64_t>(
      room / kStageBytes, 1, std::min(kMaxStages, groups * CeilDiv(args.columns, kStage)));
  const int64_t shared_bytes = row_bytes + stages * kStageBytes;
  MNEME_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(shared_bytes)));
  LaunchEarly(kernel, dim3(static_cast<unsigned>(blocks)), kThreads,
              static_cast<size_t>(shared_bytes), args, static_cast<int>(outputs),
              static_cast<int>(stages));
}

// With as many outputs at a time as a warp has, or equal shares of them.
template <typename T, int kTokens, Kind kKind>
void Launch(const FewRowsArgs& args) {
  int64_t outputs = args.outputs[0];
  for (int i = 1; i < args.n_weights && !args.gated; ++i) outputs += args.outputs[i];
  if (outputs == 0) return;
  // No more than 32 sums, and stages that fit beside kFewRowsBytes.
  constexpr int64_t kMost = (kKind == Kind::kGated && kTokens == 8) || sizeof(T) == 4 ? 1 : 3;
  const int64_t of_warp = CeilDiv(outputs, kMaxBlocks * kWarps);
  const int64_t at_once = CeilDiv(of_warp, CeilDiv(of_warp, kMost));
  if (at_once == 1) return LaunchKernel<T, kTokens, 1, kKind>(args, outputs);
  if constexpr (kMost > 1) {
    if (at_once == 2) return LaunchKernel<T, kTokens, 2, kKind>(args, outputs);
    LaunchKernel<T, kTokens, 3, kKind>(args, outputs);
  }
}

template <typename T, int kTokens>
void FewRowsOf(const FewRowsArgs& args) {
  if (args.gated) return Launch<T, kTokens, Kind::kGated>(args);
  args.norm_weight ? Launch<T, kTokens, Kind::kNormed>(args)
                   : Launch<T, kTokens, Kind::kPlain>(args);
}

template <typename T>
void FewRowsAs(const FewRowsArgs& args) {
  static_assert(kFewRows == 8);
  if (args.rows == 1) return FewRowsOf<T, 1>(args);
  if (args.rows == 2) return FewRowsOf<T, 2>(args);
  if (args.rows <= 4) return FewRowsOf<T, 4>(args);
  FewRowsOf<T, 8>(args);
}

}  // namespace

void FewRows(const FewRowsArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, FewRowsAs<T>(args)); }

}  // namespace mneme::cuda
