// //apps:parity -- [FILE.safetensors...] [device=cpu|cuda] [dtype=fp32|bf16|fp16]

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/config/program.h"
#include "apps/config/user_path.h"
#include "apps/parity/parity.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

struct ParityConfig {
  std::string device = "cpu";
  DType dtype = DType::kF32;
};

void Describe(Section& s, ParityConfig& c) {
  s.Add("device", c.device, {"auto", "cpu", "cuda"}, "where to run");
  s.Add("dtype", c.dtype, {{"fp32", DType::kF32}, {"bf16", DType::kBF16}, {"fp16", DType::kF16}},
        "of the computation");
}

// Those that come with the program, where `bazel run` starts it.
std::vector<std::string> OwnFixtures() {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("apps/parity/testdata", none)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status Run(const ParityConfig& config, const std::vector<std::string>& named) {
  MNEME_ASSIGN_OR_RETURN(const Device device, ParseDevice(config.device));
  if (device.is_cpu() && config.dtype != DType::kF32) {
    return absl::InvalidArgumentError("the CPU computes in fp32 only; use dtype=fp32");
  }
  std::vector<std::string> files;
  for (const std::string& file : named) files.push_back(UserPath(file));
  if (files.empty()) files = OwnFixtures();
  if (files.empty()) {
    return absl::InvalidArgumentError("no fixture given; name one or more .safetensors files");
  }
  int64_t good = 0;
  for (const std::string& file : files) {
    const auto report = RunParity(file, device, config.dtype);
    if (!report.ok()) {
      MNEME_RETURN_IF_ERROR(PrintResult(absl::StrCat(file, ": ", report.status().message(), "\n")));
      continue;
    }
    MNEME_RETURN_IF_ERROR(PrintResult(
        absl::StrCat(file, ": ", report->passed() ? "ok" : "FAIL", "\n", report->ToString())));
    good += report->passed();
  }
  const std::string sum = absl::StrCat(good, " of ", files.size(), " fixtures within the limits");
  if (good < static_cast<int64_t>(files.size())) return absl::FailedPreconditionError(sum);
  return PrintResult(sum + "\n");
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::ParityConfig config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:parity",
       .summary = "Compares this model with golden fixtures of a reference: logits, gradients and "
                  "training steps; without FILE, with those that come with it.",
       .operands = "[FILE.safetensors...]"},
      &config, [&](const mneme::ParsedArgs& args) { return mneme::Run(config, args.operands); });
}
