#include "memory_layer/sparse_adam/sparse_adam_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

// A thread updates one pack of columns of one row.
template <typename G, int kPack>
__global__ void SparseAdamKernel(SparseAdamKernelArgs args) {
  const G* gradients = static_cast<const G*>(args.gradients);
  float* values = static_cast<float*>(args.values);
  const AdamFactors factors = *args.factors;
  if (isnan(factors.gradient_scale)) return;
  const float step_size = args.lr * factors.correction;
  const int64_t packs = args.dim / kPack, count = *args.count;
  for (int64_t i = FirstIndex(); i < count * packs; i += IndexStride()) {
    const int64_t u = i / packs, c = i % packs * kPack;
    const int64_t at = args.rows[u] * args.dim + c;
    float g[kPack], value[kPack], m[kPack], v[kPack];
    LoadPack(gradients + u * args.dim + c, g);
    LoadPack(values + at, value);
    LoadPack(args.exp_avg + at, m);
    LoadPack(args.exp_avg_sq + at, v);
#pragma unroll
    for (int k = 0; k < kPack; ++k) {
      g[k] *= factors.gradient_scale;
      m[k] = args.beta1 * m[k] + (1.0f - args.beta1) * g[k];
      v[k] = args.beta2 * v[k] + (1.0f - args.beta2) * g[k] * g[k];
      value[k] -= step_size * m[k] / (sqrtf(v[k]) * factors.inv_sqrt_correction + args.epsilon);
    }
    StorePack(values + at, value);
    StorePack(args.exp_avg + at, m);
    StorePack(args.exp_avg_sq + at, v);
    if (args.rounded != nullptr) StorePack(args.rounded + at, value);
  }
}

template <typename G>
void SparseAdamAs(const SparseAdamKernelArgs& args) {
  MNEME_PACK_SWITCH(
      CanUsePacks(args.dim, {args.gradients, args.values, args.exp_avg, args.exp_avg_sq}), kPack,
      SparseAdamKernel<G, kPack>
      <<<GridBlocks(args.max_rows * args.dim / kPack), kBlockThreads, 0, ComputeStream()>>>(args));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void SparseAdam(const SparseAdamKernelArgs& args) {
  if (args.max_rows * args.dim == 0) return;
  MNEME_FLOAT_SWITCH(args.gradients_dtype, G, SparseAdamAs<G>(args));
}

}  // namespace mneme::cuda
