// Where a tensor lives. Free of heavy dependencies, so that kernels may include it.

#ifndef MNEME_RUNTIME_CORE_DEVICE_H_
#define MNEME_RUNTIME_CORE_DEVICE_H_

#include <cstdint>

namespace mneme {

// The CPU, or the process's GPU (CUDA_VISIBLE_DEVICES chooses which; one process drives one).
class Device {
 public:
  constexpr Device() = default;
  static constexpr Device Cpu() { return Device(Kind::kCpu); }
  static constexpr Device Cuda() { return Device(Kind::kCuda); }

  constexpr bool is_cpu() const { return kind_ == Kind::kCpu; }
  constexpr bool is_cuda() const { return kind_ == Kind::kCuda; }
  constexpr const char* name() const { return is_cpu() ? "cpu" : "cuda"; }

  friend constexpr bool operator==(Device a, Device b) { return a.kind_ == b.kind_; }
  friend constexpr bool operator!=(Device a, Device b) { return a.kind_ != b.kind_; }

 private:
  enum class Kind : uint8_t { kCpu, kCuda };
  explicit constexpr Device(Kind kind) : kind_(kind) {}
  Kind kind_ = Kind::kCpu;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_DEVICE_H_
