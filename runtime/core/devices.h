// Which devices this build and this machine have.

#ifndef MNEME_RUNTIME_CORE_DEVICES_H_
#define MNEME_RUNTIME_CORE_DEVICES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/device.h"

namespace mneme {

// "cpu", "cuda", or "auto": the GPU where there is one, else the CPU. Asking for a GPU that the
// build or the machine lacks is an error that says which of the two it is.
absl::StatusOr<Device> ParseDevice(absl::string_view name);

// The CPU, and the GPU where there is one: tests run on every one of them. Says once if there is no
// GPU, and why; with MNEME_REQUIRE_CUDA=1 in the environment that is fatal, so that a test which
// is to run on a GPU cannot pass without.
std::vector<Device> AvailableDevices();

// What the maker calls it, such as "NVIDIA H100 80GB HBM3"; "cpu" for the CPU.
std::string DeviceName(Device device);

namespace cpu {
inline std::string DeviceName() { return "cpu"; }
}  // namespace cpu
namespace cuda {
// Null when a GPU can be used, else the reason why not.
const char* WhyUnavailable();
std::string DeviceName();
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_DEVICES_H_
