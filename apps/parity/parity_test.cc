#include "apps/parity/parity.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

std::string Path(const std::string& name) {
  return "apps/parity/testdata/" + name + ".safetensors";
}

class ParityTest : public testing::TestWithParam<const char*> {};

TEST_P(ParityTest, AgreesWithPyTorch) {
  for (Device device : AvailableDevices()) {
    const auto report = RunParity(Path(GetParam()), device, DType::kF32);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->passed()) << device.name() << "\n" << report->ToString();
    if (device.is_cpu()) continue;
    const auto half = RunParity(Path(GetParam()), device, DType::kBF16);
    ASSERT_TRUE(half.ok()) << half.status();
    EXPECT_TRUE(half->passed()) << device.name() << " bf16\n" << half->ToString();
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, ParityTest,
                         testing::Values("dense", "dense_gqa", "dense_tied", "memory",
                                         "memory_shared", "memory_unshared", "memory_no_swilu",
                                         "memory_v_dim", "memory_v_dim_swilu", "memory_gated",
                                         "memory_qk_norm", "memory_peer", "memory_peer_shared"));

// A fixture with one byte changed in the middle of its last tensor must be told apart.
TEST(ParityErrorsTest, AChangedFixtureFails) {
  std::ifstream in(Path("memory"), std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  std::string text = bytes.str();
  text[text.size() - 2] ^= 0x7f;  // exponent bits of a weight
  const std::string path = testing::TempDir() + "/changed.safetensors";
  std::ofstream(path, std::ios::binary) << text;
  const auto report = RunParity(path, Device::Cpu(), DType::kF32);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->passed());
}

TEST(ParityErrorsTest, OtherFilesAreRefused) {
  EXPECT_FALSE(RunParity("missing.safetensors", Device::Cpu(), DType::kF32).ok());
}

}  // namespace
}  // namespace mneme
