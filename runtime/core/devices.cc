#include "runtime/core/devices.h"

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "runtime/core/dispatch.h"

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
    return absl::FailedPreconditionError(absl::StrCat("device cuda is not available: ", WhyNoGpu(),
                                                      ". With device cpu it runs without a GPU."));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("device must be auto, cpu or cuda, got \"", name, "\""));
}

std::string DeviceName(Device device) { return MNEME_CALL(device, DeviceName); }

std::vector<Device> AvailableDevices() {
  if (WhyNoGpu() == nullptr) return {Device::Cpu(), Device::Cuda()};
  const char* required = std::getenv("MNEME_REQUIRE_CUDA");
  CHECK(required == nullptr || std::string(required) != "1")
      << "MNEME_REQUIRE_CUDA=1, but no GPU can be used: " << WhyNoGpu();
  static const bool told = (LOG(INFO) << "not tested on a GPU: " << WhyNoGpu(), true);
  (void)told;
  return {Device::Cpu()};
}

}  // namespace mneme
