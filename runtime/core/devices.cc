#include "runtime/core/devices.h"

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

const char* WhyNoGpu() {
#if MNEME_CUDA
  return cuda::WhyUnavailable();
#else
  return "this build is CPU-only: install the CUDA toolkit and build again";
#endif
}

}  // namespace

absl::StatusOr<Device> ParseDevice(absl::string_view name) {
  if (name == "cpu") return Device::Cpu();
  if (name == "auto") return WhyNoGpu() == nullptr ? Device::Cuda() : Device::Cpu();
  if (name == "cuda") {
    if (WhyNoGpu() == nullptr) return Device::Cuda();
    return absl::FailedPreconditionError(
        absl::StrCat("device cuda is not available: ", WhyNoGpu()));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("device must be auto, cpu or cuda, got \"", name, "\""));
}

std::vector<Device> AvailableDevices() {
  std::vector<Device> devices = {Device::Cpu()};
  if (WhyNoGpu() == nullptr) devices.push_back(Device::Cuda());
  return devices;
}

}  // namespace mneme
