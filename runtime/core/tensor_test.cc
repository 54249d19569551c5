#include "runtime/core/tensor.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"
#include "runtime/core/memory.h"
#include "runtime/core/stream.h"
#include "runtime/core/timed_event.h"

namespace mneme {
namespace {

TEST(TensorTest, ViewsShareStorage) {
  for (Device device : AvailableDevices()) {
    const Tensor x = Tensor::From<float>({3, 2}, {1, 2, 3, 4, 5, 6}, device);
    const Tensor rows = x.Slice(1, 3);
    EXPECT_EQ(rows.shape(), (Shape{2, 2}));
    EXPECT_EQ(rows.ToVector<float>(), (std::vector<float>{3, 4, 5, 6}));
    EXPECT_EQ(rows.Slice(1, 2).Reshape({2, 1}).ToVector<float>(), (std::vector<float>{5, 6}));
    EXPECT_EQ(x.Reshape({-1}).raw(), x.raw());
    EXPECT_EQ(x.Reshape({2, -1}).shape(), (Shape{2, 3}));
    EXPECT_FALSE(x.unique());
  }
}

TEST(TensorTest, CloneIsACopy) {
  for (Device device : AvailableDevices()) {
    const Tensor x = Tensor::From<int64_t>({2}, {1, 2}, device);
    Tensor y = x.Clone();
    const std::vector<int64_t> other = {7, 8};
    y.CopyFromHost(other.data());
    EXPECT_EQ(x.ToVector<int64_t>(), (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(y.ToVector<int64_t>(), other);
    EXPECT_TRUE(y.unique());
  }
}

std::vector<float> Floats(const Tensor& x) {
  std::vector<float> floats;
  for (bf16 value : x.ToVector<bf16>()) floats.push_back(static_cast<float>(value));
  return floats;
}

// Small and large, and from and to places of any alignment.
TEST(TensorTest, CopiesOfAnySize) {
  for (Device device : AvailableDevices()) {
    for (int64_t count : {1, 2, 3, 9, 1000, 32767, 32768, 32769, 70000}) {
      for (int64_t begin : {0, 1, 2, 8}) {
        const int64_t end = begin + count, size = end + 3;
        std::vector<bf16> values(size, bf16(0.0f));
        for (int64_t i = begin; i < end; ++i) values[i] = bf16(static_cast<float>(1 + i % 250));
        const std::vector<float> expected(values.begin() + begin, values.begin() + end);
        Tensor all = Tensor::Zeros({size}, DType::kBF16, device);
        all.Slice(begin, end).CopyFromHost(values.data() + begin);
        EXPECT_TRUE(Floats(all) == std::vector<float>(values.begin(), values.end()));
        EXPECT_TRUE(Floats(all.Slice(begin, end)) == expected);
        EXPECT_TRUE(Floats(all.Slice(begin, end).Clone()) == expected);
      }
    }
  }
}

TEST(TensorTest, EmptyAndScalar) {
  for (Device device : AvailableDevices()) {
    const Tensor none = Tensor::Empty({0, 5}, DType::kF32, device);
    EXPECT_TRUE(none.defined());
    EXPECT_EQ(none.numel(), 0);
    EXPECT_EQ(none.rows(), 0);
    EXPECT_EQ(Tensor::Empty({5, 0}, DType::kF32, device).rows(), 5);
    EXPECT_TRUE(none.ToVector<float>().empty());
    const Tensor scalar = Tensor::From<float>({}, {3.0f}, device);
    EXPECT_EQ(scalar.numel(), 1);
    EXPECT_EQ(ShapeString(scalar.shape()), "[]");
  }
  EXPECT_FALSE(Tensor().defined());
}

TEST(TensorTest, BorrowKeepsTheOwner) {
  auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  Tensor x = Tensor::Borrow(owner->data(), {3}, DType::kF32, Device::Cpu(), owner);
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_EQ(x.ToVector<float>(), *owner);
  x = Tensor();
  EXPECT_EQ(owner.use_count(), 1);
}

TEST(TensorTest, MemoryIsGivenBack) {
  const int64_t before = cpu::BytesInUse();
  {
    const Tensor x = Tensor::Empty({1000}, DType::kF32, Device::Cpu());
    EXPECT_GE(cpu::BytesInUse(), before + 4000);
  }
  EXPECT_EQ(cpu::BytesInUse(), before);
  EXPECT_GE(cpu::PeakBytesInUse(), before + 4000);
}

TEST(TensorTest, TimedEventsMeasureTheWorkBetweenThem) {
  for (Device device : AvailableDevices()) {
    Stream& stream = Stream::Compute(device);
    TimedEvent start(device), end(device);
    start.Record(stream);
    const Tensor x = Tensor::Zeros({1 << 20}, DType::kF32, device);
    end.Record(stream);
    EXPECT_GT(end.MillisecondsSince(start), 0.0) << device.name();
    EXPECT_EQ(start.MillisecondsSince(start), 0.0);
  }
}

TEST(TensorTest, EventsFollowTheStream) {
  for (Device device : AvailableDevices()) {
    Event event(device);
    event.Record(Stream::Compute(device));
    event.Synchronize();
    EXPECT_TRUE(event.IsDone());
    Stream other(device);
    other.Wait(event);
    other.Synchronize();
  }
}

TEST(TensorDeathTest, BugsAreNamed) {
  const Tensor x = Tensor::Zeros({2, 3}, DType::kF32, Device::Cpu());
  EXPECT_DEATH(x.Reshape({4}), R"(\[2, 3\] as \[4\])");
  EXPECT_DEATH(x.Slice(1, 3), R"(slice 1..3 of \[2, 3\])");
  EXPECT_DEATH(x.data<int32_t>(), "tensor holds f32");
  EXPECT_DEATH(Tensor::Empty({int64_t{1} << 40, int64_t{1} << 40}, DType::kF32, Device::Cpu()),
               "Check failed");
}

TEST(TensorDeathTest, RunningOutOfMemoryIsOneSentence) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer's allocator ends the program by itself";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // CUDA does not survive a fork
  for (Device device : AvailableDevices()) {
    const std::string expected =
        std::string(device.is_cuda() ? "out of GPU memory" : "out of memory") +
        ": no room for a tensor bf16 .33554432, 4194304., 268435456 MiB"
        ".*; tensors hold .*data.batch_size";
    EXPECT_EXIT(Tensor::Empty({int64_t{1} << 25, int64_t{1} << 22}, DType::kBF16, device),
                testing::ExitedWithCode(1), expected);
  }
}

TEST(DevicesTest, NamesAreChecked) {
  EXPECT_TRUE(ParseDevice("cpu").ok());
  EXPECT_TRUE(ParseDevice("auto").ok());
  EXPECT_EQ(ParseDevice("tpu").status().message(), "device must be auto, cpu or cuda, got \"tpu\"");
  EXPECT_EQ(ParseDevice("cuda").ok(), AvailableDevices().size() == 2);
  for (Device device : AvailableDevices()) EXPECT_NE(DeviceName(device), "");
}

TEST(DevicesDeathTest, ARequiredGpuIsNotPassedOver) {
  if (AvailableDevices().size() == 2) GTEST_SKIP() << "there is a GPU";
  EXPECT_DEATH(
      {
        setenv("MNEME_REQUIRE_CUDA", "1", 1);
        AvailableDevices();
      },
      "no GPU can be used");
}

}  // namespace
}  // namespace mneme
