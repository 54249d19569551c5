#ifndef MNEME_NN_OPTIM_CLIP_CLIP_KERNELS_H_
#define MNEME_NN_OPTIM_CLIP_CLIP_KERNELS_H_

namespace mneme {

struct ClipArgs {
  const float* squared_norm;  // [1]
  float max_norm;             // <= 0: no limit
  float* norm;                // [1]
  float* scale;               // [1]
};

namespace cpu {
void ClipByNorm(const ClipArgs& args);
}  // namespace cpu
namespace cuda {
void ClipByNorm(const ClipArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_CLIP_CLIP_KERNELS_H_
