// The rotation of one pair of numbers; see rope.h.

#ifndef MNEME_AUTOGRAD_OPS_ROPE_ROPE_PAIR_H_
#define MNEME_AUTOGRAD_OPS_ROPE_ROPE_PAIR_H_

#include <cstdint>

#include "runtime/core/host_device.h"

namespace mneme {

// One load or store for both numbers.
template <typename T>
struct alignas(2 * sizeof(T)) RopePair {
  T a, b;
};

template <typename T>
MNEME_HOST_DEVICE RopePair<T> Rotated(RopePair<T> x, float cosine, float sine) {
  const float a = static_cast<float>(x.a), b = static_cast<float>(x.b);
  return {static_cast<T>(a * cosine - b * sine), static_cast<T>(a * sine + b * cosine)};
}

// out = the pairs of x, each rotated by its turn: cos t, sin t. sign -1 turns back.
template <typename T>
void RotateHead(const T* x, const float* turn, float sign, T* out, int64_t pairs) {
  for (int64_t i = 0; i < pairs; ++i) {
    const RopePair<T> turned =
        Rotated(RopePair<T>{x[2 * i], x[2 * i + 1]}, turn[2 * i], sign * turn[2 * i + 1]);
    out[2 * i] = turned.a;
    out[2 * i + 1] = turned.b;
  }
}

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ROPE_ROPE_PAIR_H_
