// Element types a Tensor can hold. Free of dependencies, so that kernels may include it.

#ifndef MNEME_RUNTIME_CORE_DTYPE_H_
#define MNEME_RUNTIME_CORE_DTYPE_H_

#include <cstdint>

namespace mneme {

enum class DType : uint8_t { kF32, kBF16, kF16, kI32, kI64 };

// Bytes of one element.
constexpr int64_t DTypeBytes(DType dtype) {
  switch (dtype) {
    case DType::kF32:
    case DType::kI32:
      return 4;
    case DType::kBF16:
    case DType::kF16:
      return 2;
    case DType::kI64:
      return 8;
  }
  return 0;
}

// "f32", "bf16", "f16", "i32", "i64".
constexpr const char* DTypeName(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "f32";
    case DType::kBF16:
      return "bf16";
    case DType::kF16:
      return "f16";
    case DType::kI32:
      return "i32";
    case DType::kI64:
      return "i64";
  }
  return "?";
}

constexpr bool IsFloat(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16;
}

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_DTYPE_H_
