#include "runtime/core/download.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

TEST(DownloadTest, BringsWhatWasThereAtTheStart) {
  for (Device device : AvailableDevices()) {
    Download download(device, 3 * sizeof(int32_t));
    Tensor tensor = Tensor::From<int32_t>({3}, {1, 2, 3}, device);
    for (int32_t i = 0; i < 5; ++i) {
      const std::vector<int32_t> before = tensor.ToVector<int32_t>();
      download.Start(tensor);
      tensor.CopyFromHost(std::vector<int32_t>(3, 10 + i).data());
      EXPECT_EQ(download.Wait<int32_t>(), before);
    }
    download.Start(tensor.Slice(0, 1));
    EXPECT_EQ(download.Wait<int32_t>(), std::vector<int32_t>{14});
    download.Start(tensor.Slice(0, 0));
    EXPECT_TRUE(download.Wait<int32_t>().empty());
  }
}

TEST(DownloadDeathTest, TooLarge) {
  Download download(Device::Cpu(), 4);
  EXPECT_DEATH(download.Start(Tensor::From<int32_t>({2}, {1, 2})), "8 bytes, made for 4");
}

}  // namespace
}  // namespace mneme
