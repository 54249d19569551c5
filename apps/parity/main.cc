// //apps:parity -- FILE.safetensors... [device=cpu|cuda] [dtype=fp32|bf16|fp16]

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "apps/config/args.h"
#include "apps/config/user_path.h"
#include "apps/parity/parity.h"
#include "runtime/core/devices.h"

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

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Main(int argc, char** argv) {
  ParityConfig config;
  const auto args =
      ParseArgs(argc, argv,
                {.target = "//apps:parity",
                 .summary = "Compares this model with golden fixtures of a reference: "
                            "logits, gradients and training steps.",
                 .operands = "FILE.safetensors..."},
                &config);
  if (!args.ok()) return Fail(args.status());
  if (args->wants_help) {
    std::fputs(args->help.c_str(), stdout);
    return 0;
  }
  const auto device = ParseDevice(config.device);
  if (!device.ok()) return Fail(device.status());
  if (device->is_cpu() && config.dtype != DType::kF32) {
    return Fail(absl::InvalidArgumentError("the CPU computes in fp32 only; use dtype=fp32"));
  }
  if (args->operands.empty()) {
    return Fail(
        absl::InvalidArgumentError("no fixture given; name one or more .safetensors files"));
  }
  int failed = 0;
  for (const std::string& file : args->operands) {
    const auto report = RunParity(UserPath(file), *device, config.dtype);
    if (!report.ok()) {
      Fail(absl::InvalidArgumentError(absl::StrCat(file, ": ", report.status().message())));
      ++failed;
      continue;
    }
    std::printf("%s: %s\n%s", file.c_str(), report->passed() ? "ok" : "FAIL",
                report->ToString().c_str());
    failed += !report->passed();
  }
  std::printf("%d of %d fixtures within the limits\n",
              static_cast<int>(args->operands.size()) - failed,
              static_cast<int>(args->operands.size()));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) { return mneme::Main(argc, argv); }
