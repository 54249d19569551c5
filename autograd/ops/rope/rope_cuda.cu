#include "autograd/ops/rope/rope_kernels.h"
#include "autograd/ops/rope/rope_pair.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

// A block for the heads of one token.
template <typename T>
__global__ void RopeKernel(RopeArgs args) {
  const auto* x = static_cast<const RopePair<T>*>(args.x);
  auto* out = static_cast<RopePair<T>*>(args.out);
  const float2* turn = reinterpret_cast<const float2*>(args.turn);
  const float sign = args.inverse ? -1.0f : 1.0f;
  const int pairs = static_cast<int>(args.pairs), row = static_cast<int>(args.heads) * pairs;
  for (int64_t bs = blockIdx.x; bs < args.batch * args.length; bs += gridDim.x) {
    const int64_t first_turn = bs % args.length * pairs;
    for (int i = threadIdx.x; i < row; i += blockDim.x) {
      const float2 t = turn[first_turn + i % pairs];
      out[bs * row + i] = Rotated(x[bs * row + i], t.x, sign * t.y);
    }
  }
}

template <typename T>
void RopeAs(const RopeArgs& args) {
  const int64_t row = args.heads * args.pairs;
  const int threads = row >= kBlockThreads ? kBlockThreads : static_cast<int>((row + 31) / 32 * 32);
  const int blocks = GridBlocks(args.batch * args.length * kBlockThreads);
  RopeKernel<T><<<blocks, threads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Rope(const RopeArgs& args) {
  if (args.batch * args.length * args.heads * args.pairs == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, RopeAs<T>(args));
}

}  // namespace mneme::cuda
