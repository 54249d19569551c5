#include "runtime/kernels/fill/fill.h"

#include <cstring>

#include "runtime/core/dispatch.h"
#include "runtime/kernels/fill/fill_kernels.h"

namespace mneme {
namespace {

template <typename T>
uint64_t Bits(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(value));
  return bits;
}

uint64_t ElementBits(DType dtype, double value) {
  switch (dtype) {
    case DType::kF32:
      return Bits(static_cast<float>(value));
    case DType::kBF16:
      return Bits(bf16(static_cast<float>(value)));
    case DType::kF16:
      return Bits(f16(static_cast<float>(value)));
    case DType::kI32:
      return Bits(static_cast<int32_t>(value));
    case DType::kI64:
      return Bits(static_cast<int64_t>(value));
  }
  return 0;
}

}  // namespace

void Fill(const Tensor& x, double value) {
  MNEME_DISPATCH(x.device(), Fill,
                 FillArgs{.x = x.raw(),
                          .count = x.numel(),
                          .element_bytes = DTypeBytes(x.dtype()),
                          .bits = ElementBits(x.dtype(), value)});
}

}  // namespace mneme
