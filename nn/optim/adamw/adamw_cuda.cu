#include <algorithm>
#include <type_traits>

#include "nn/optim/adamw/adamw_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

constexpr int kTensors = 64;         // of one launch: they travel as a kernel argument
constexpr int64_t kChunk = 1 << 14;  // elements of one block's turn

struct Launch {
  AdamWTensor tensors[kTensors];
  int64_t chunk_end[kTensors];  // running sum of the tensors' chunks
  int n_tensors;
};

// T: the dtype of the copies.
template <typename T>
__global__ void AdamWKernel(const __grid_constant__ Launch launch, AdamWArgs args) {
  const AdamFactors factors = *args.factors;
  if (isnan(factors.gradient_scale)) return;
  const float step_size = args.lr * factors.correction;
  for (int64_t chunk = blockIdx.x; chunk < launch.chunk_end[launch.n_tensors - 1];
       chunk += gridDim.x) {
    int t = 0;
    while (chunk >= launch.chunk_end[t]) ++t;
    const AdamWTensor& tensor = launch.tensors[t];
    const int64_t begin = (chunk - (t == 0 ? 0 : launch.chunk_end[t - 1])) * kChunk;
    const int64_t end = begin + kChunk < tensor.count ? begin + kChunk : tensor.count;
    for (int64_t i = begin + threadIdx.x; i < end; i += kBlockThreads) {
      const float g = tensor.gradient[i] * factors.gradient_scale;
      const float m = args.beta1 * tensor.exp_avg[i] + (1.0f - args.beta1) * g;
      const float v = args.beta2 * tensor.exp_avg_sq[i] + (1.0f - args.beta2) * g * g;
      tensor.exp_avg[i] = m;
      tensor.exp_avg_sq[i] = v;
      const float denominator = sqrtf(v) * factors.inv_sqrt_correction + args.epsilon;
      const float weight = tensor.weight[i] * args.decay - step_size * m / denominator;
      tensor.weight[i] = weight;
      if constexpr (!std::is_same_v<T, float>) {
        static_cast<T*>(tensor.copy)[i] = static_cast<T>(weight);
      }
    }
  }
}

}  // namespace

void AdamW(const AdamWArgs& args) {
  for (int64_t first = 0; first < args.n_tensors; first += kTensors) {
    Launch launch;
    launch.n_tensors = static_cast<int>(std::min<int64_t>(kTensors, args.n_tensors - first));
    int64_t chunks = 0;
    for (int i = 0; i < launch.n_tensors; ++i) {
      launch.tensors[i] = args.tensors[first + i];
      chunks += CeilDiv(launch.tensors[i].count, kChunk);
      launch.chunk_end[i] = chunks;
    }
    if (chunks == 0) continue;
    const int blocks = static_cast<int>(std::min<int64_t>(chunks, 132 * 8));
    MNEME_FLOAT_SWITCH(
        args.copy_dtype, T,
        (AdamWKernel<T><<<blocks, kBlockThreads, 0, ComputeStream()>>>(launch, args)));
    MNEME_CUDA_CHECK_LAUNCH();
  }
}

}  // namespace mneme::cuda
