// The few PTX instructions behind tensor-core kernels (PTX ISA, "Matrix instructions"; sm_80 and
// later). Included by .cu files only.
//
// A warp multiplies fragments: a [16, 16], b [16, 8], c [16, 8]. With g = lane / 4, t = lane % 4,
// a thread holds, two elements of T in a register,
//   a: (g, 2t..) (g + 8, 2t..) (g, 2t + 8..) (g + 8, 2t + 8..)
//   b: (2t.., g) (2t + 8.., g)
// and as f32 c: (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1).

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_MMA_CUDA_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_MMA_CUDA_H_

#include <cstdint>
#include <type_traits>

#include "runtime/core/float16.h"
#include "runtime/kernels/math/copy_async_cuda.h"

namespace mneme::cuda {

// c += a b. T: bf16 or f16, summed in f32.
template <typename T>
__device__ void Mma(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  if constexpr (std::is_same_v<T, bf16>) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  } else {
    static_assert(std::is_same_v<T, f16>);
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }
}

// Four matrices [8, 8] of 16-bit elements from shared memory. Lane l gives the address of row
// l % 8 of matrix l / 8, aligned to 16 bytes, and receives elements (g, 2t..) of each matrix.
__device__ inline void LoadMatrices(uint32_t (&x)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3])
               : "r"(SharedAddress(row))
               : "memory");
}

// The same, each matrix transposed: elements (2t.., g).
__device__ inline void LoadMatricesTransposed(uint32_t (&x)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3])
               : "r"(SharedAddress(row))
               : "memory");
}

// Two elements of T in a register, `low` in the lower half.
template <typename T>
__device__ uint32_t Pack(float low, float high) {
  uint32_t packed;
  if constexpr (std::is_same_v<T, bf16>) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  } else {
    static_assert(std::is_same_v<T, f16>);
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  }
  return packed;
}

// 2^x to within 2^-22 of it; 0 for -infinity and below 2^-126.
__device__ inline float Exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_MMA_CUDA_H_
