#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/cast/cast_kernels.h"

namespace mneme::cuda {
namespace {

template <typename From, typename To>
__global__ void CastKernel(const From* from, To* to, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    to[i] = static_cast<To>(static_cast<float>(from[i]));
  }
}

template <typename From, typename To>
void CastAs(const CastArgs& args) {
  CastKernel<From, To><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const From*>(args.from), static_cast<To*>(args.to), args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Cast(const CastArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.from_dtype, From,
                     MNEME_FLOAT_SWITCH(args.to_dtype, To, CastAs<From, To>(args)));
}

}  // namespace mneme::cuda
