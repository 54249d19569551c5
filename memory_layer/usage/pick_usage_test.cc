#include "memory_layer/usage/pick_usage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "runtime/core/devices.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

PickPlan Plan(int64_t tokens, int64_t picks, const std::vector<int64_t>& ids, int64_t n_rows,
              Device device = Device::Cpu()) {
  return PickPlan(Tensor::From<int64_t>({tokens, picks}, ids, device), n_rows);
}

TEST(PickUsageTest, CountsRowsOnce) {
  for (Device device : AvailableDevices()) {
    PickUsage usage(1000, device);
    std::set<int64_t> touched;
    for (uint64_t seed : {1, 2, 3}) {
      const std::vector<int64_t> ids = RandomIds(300, 1000, seed);
      touched.insert(ids.begin(), ids.end());
      usage.Add(Plan(100, 3, ids, 1000, device));
      EXPECT_EQ(usage.rows_touched(), touched.size());
    }
    EXPECT_DOUBLE_EQ(usage.share_touched(), touched.size() / 1000.0);
    usage.Add(Plan(1, 2, {999, 0}, 1000, device));
    touched.insert({999, 0});
    EXPECT_EQ(usage.rows_touched(), touched.size());
  }
}

// The same bits and sums on every device.
TEST(PickUsageTest, DevicesAgree) {
  const std::vector<int64_t> ids = RandomIds(70000, 9000, 1);
  PickUsage expected(9000);
  expected.Add(Plan(7000, 10, ids, 9000));
  const PickUsage::Summary summary = expected.TakeSummary();
  for (Device device : AvailableDevices()) {
    PickUsage usage(9000, device);
    usage.Add(Plan(7000, 10, ids, 9000, device));
    EXPECT_EQ(usage.touched_bits().ToVector<int64_t>(),
              expected.touched_bits().ToVector<int64_t>());
    EXPECT_EQ(usage.rows_touched(), expected.rows_touched());
    const PickUsage::Summary got = usage.TakeSummary();
    EXPECT_EQ(got.unique_rows, summary.unique_rows);
    EXPECT_NEAR(got.entropy_nats, summary.entropy_nats, 1e-9);
  }
}

void CheckEntropyOfKnownPicks(Device device) {
  PickUsage usage(10, device);
  usage.Add(Plan(2, 2, {0, 3, 7, 9}, 10, device));  // all different
  PickUsage::Summary summary = usage.TakeSummary();
  EXPECT_EQ(summary.lookups, 1);
  EXPECT_DOUBLE_EQ(summary.unique_rows, 4.0);
  EXPECT_NEAR(summary.entropy_nats, std::log(4.0), 1e-12);
  usage.Add(Plan(2, 2, {5, 5, 5, 5}, 10, device));  // all the same
  EXPECT_NEAR(usage.TakeSummary().entropy_nats, 0.0, 1e-12);
  usage.Add(Plan(2, 2, {1, 1, 1, 2}, 10, device));
  usage.Add(Plan(2, 2, {0, 3, 7, 9}, 10, device));
  summary = usage.TakeSummary();
  const double skewed = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  EXPECT_NEAR(summary.entropy_nats, (skewed + std::log(4.0)) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(summary.unique_rows, 3.0);
  EXPECT_DOUBLE_EQ(summary.picks, 4.0);
  EXPECT_EQ(usage.TakeSummary().lookups, 0);
}

TEST(PickUsageTest, EntropyOfKnownPicks) {
  for (Device device : AvailableDevices()) CheckEntropyOfKnownPicks(device);
}

TEST(PickUsageTest, EmptyBatch) {
  PickUsage usage(10);
  usage.Add(Plan(0, 4, {}, 10));
  EXPECT_EQ(usage.TakeSummary().entropy_nats, 0.0);
  EXPECT_EQ(usage.rows_touched(), 0);
}

TEST(PickUsageTest, BitsRestore) {
  PickUsage usage(130);
  usage.Add(Plan(1, 4, {0, 63, 64, 129}, 130));
  const std::vector<int64_t> bits = usage.touched_bits().ToVector<int64_t>();
  EXPECT_EQ(bits.size(), 3);
  for (Device device : AvailableDevices()) {
    PickUsage copy(130, device);
    Tensor to = copy.touched_bits();
    to.CopyFromHost(bits.data());
    copy.FinishRestore();
    EXPECT_EQ(copy.rows_touched(), 4);
  }
}

}  // namespace
}  // namespace mneme
