#include "memory_layer/memory_layer/memory_tables.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/core/ceil_div.h"
#include "runtime/core/devices.h"

namespace mneme {
namespace {

MemoryConfig Config(std::vector<int64_t> layers) {
  MemoryConfig config;
  config.is_enabled = true;
  config.layers = std::move(layers);
  config.mem_n_keys = 4;
  return config;
}

MemoryTables Create(const MemoryConfig& config) {
  auto tables = MemoryTables::Create(config, 3, Device::Cpu());
  CHECK(tables.ok()) << tables.status();
  return *std::move(tables);
}

std::vector<std::string> Names(const MemoryTables& tables) {
  std::vector<std::string> names;
  for (ValueStore* store : tables.stores()) names.push_back(store->name());
  return names;
}

TEST(MemoryTablesTest, SharedTableIsTheFirstLayers) {
  const MemoryTables tables = Create(Config({2, 5, 7}));
  EXPECT_EQ(Names(tables), (std::vector<std::string>{"layers.2.feed_forward.values.weight"}));
  EXPECT_EQ(tables.ForLayer(2).values, tables.ForLayer(7).values);
  EXPECT_EQ(tables.ForLayer(2).usage, tables.ForLayer(5).usage);
  EXPECT_EQ(tables.ForLayer(2).values_v, nullptr);
  EXPECT_EQ(tables.stores()[0]->n_rows(), 16);
  EXPECT_EQ(tables.stores()[0]->dim(), 3);
}

TEST(MemoryTablesTest, SeparateTables) {
  MemoryConfig config = Config({2, 5});
  config.mem_share_values = false;
  config.mem_v_dim = 9;
  const MemoryTables tables = Create(config);
  EXPECT_EQ(Names(tables), (std::vector<std::string>{"layers.2.feed_forward.values.weight",
                                                     "layers.5.feed_forward.values.weight"}));
  EXPECT_EQ(tables.ForLayer(5).values, tables.stores()[1]);
  EXPECT_EQ(tables.stores()[1]->dim(), 9);
  EXPECT_EQ(tables.usages().size(), 2);
  const TableBytes bytes = MemoryTablesBytes(config, 3);
  EXPECT_EQ(bytes.elements, 2 * 16 * 9);
  EXPECT_EQ(bytes.host, 2 * 16 * 9 * 12);
  EXPECT_EQ(bytes.optimizer, 2 * 16 * 9 * 8);
  EXPECT_EQ(bytes.gpu + bytes.shared, 0);
}

TEST(MemoryTablesTest, PeerHasPairs) {
  MemoryConfig config = Config({0, 1});
  config.peer_variant = true;
  config.mem_v_dim = 9;  // without meaning for PEER
  const MemoryTables tables = Create(config);
  EXPECT_EQ(Names(tables), (std::vector<std::string>{"layers.0.feed_forward.values_u.weight",
                                                     "layers.0.feed_forward.values_v.weight"}));
  EXPECT_EQ(tables.ForLayer(1).values, tables.stores()[0]);
  EXPECT_EQ(tables.ForLayer(1).values_v, tables.stores()[1]);
  EXPECT_EQ(tables.stores()[1]->dim(), 3);
  EXPECT_EQ(MemoryTablesBytes(config, 3).host, 2 * 16 * 3 * 12);
}

TEST(MemoryTablesTest, NoMemoryLayersNoTables) {
  MemoryConfig config = Config({1});
  config.is_enabled = false;
  EXPECT_TRUE(Create(config).stores().empty());
  EXPECT_EQ(MemoryTablesBytes(config, 3).elements, 0);
}

TEST(MemoryTablesTest, RefusesWhatDoesNotFit) {
  MemoryConfig config = Config({1});
  config.mem_n_keys = 60000;
  const auto tables = MemoryTables::Create(config, 4096, Device::Cpu());
  ASSERT_FALSE(tables.ok());
  EXPECT_EQ(tables.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(std::string(tables.status().message()).find("160.93 TiB"), std::string::npos)
      << tables.status();
}

TEST(MemoryTablesTest, TablesOfTheGpu) {
  for (Device device : AvailableDevices()) {
    if (device.is_cpu()) continue;
    MemoryConfig config = Config({1});
    for (bool zero_copy : {false, true}) {
      config.zero_copy = zero_copy;
      const auto tables = MemoryTables::Create(config, 3, device);
      ASSERT_TRUE(tables.ok()) << tables.status();
      const Tensor values = tables->stores()[0]->State()[0].tensor;
      EXPECT_EQ(values.device(), zero_copy ? Device::Cpu() : device);
      EXPECT_EQ(tables->stores()[0]->device(), device);
      EXPECT_EQ(tables->usages()[0]->touched_bits().device(), device);
    }
    config.zero_copy = false;
    config.mem_n_keys = 60000;
    const auto refused = MemoryTables::Create(config, 4096, device);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_NE(std::string(refused.status().message()).find("160.93 TiB of GPU memory"),
              std::string::npos)
        << refused.status();
  }
}

TEST(MemoryTablesTest, BytesLieWhereTheTablesDo) {
  MemoryConfig config = Config({1});
  const auto bytes = [&](Device device, DType dtype, bool zero_copy) {
    config.zero_copy = zero_copy;
    const TableBytes b = MemoryTablesBytes(config, 3, device, dtype);
    return std::vector<int64_t>{b.gpu, b.host, b.shared};
  };
  using Bytes = std::vector<int64_t>;
  const int64_t n = 16 * 3;
  EXPECT_EQ(bytes(Device::Cpu(), DType::kF32, true), (Bytes{0, n * 12, 0}));
  EXPECT_EQ(bytes(Device::Cuda(), DType::kBF16, false), (Bytes{n * 12, 0, 0}));
  EXPECT_EQ(bytes(Device::Cuda(), DType::kBF16, true), (Bytes{0, n * 14, n * 2}));
  EXPECT_EQ(bytes(Device::Cuda(), DType::kF32, true), (Bytes{0, n * 12, n * 4}));
  config.values_dtype = ValuesDType::kBf16;
  EXPECT_EQ(bytes(Device::Cuda(), DType::kF32, true), (Bytes{0, n * 10, n * 2}));
  EXPECT_EQ(bytes(Device::Cpu(), DType::kF32, true), (Bytes{0, n * 10, n * 2}));
  config.zero_copy = false;
  EXPECT_EQ(MemoryTables::Create(config, 3, Device::Cuda()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Of Initialise in tables of 2 x 16 x 3 values.
void CheckProgress(Device device, ValuesDType dtype, int64_t value_bytes) {
  MemoryConfig config = Config({0, 1});
  config.mem_share_values = false;
  config.zero_copy = true;
  config.values_dtype = dtype;
  int64_t last_done = 0, last_total = 0;
  auto tables = MemoryTables::Create(config, 3, device);
  ASSERT_TRUE(tables.ok()) << tables.status();
  tables->Initialise(1, [&](int64_t done, int64_t total) {
    EXPECT_GT(done, last_done);
    last_done = done;
    last_total = total;
  });
  EXPECT_EQ(last_total, 2 * 16 * 3 * value_bytes);
  EXPECT_EQ(last_done, last_total);
}

TEST(MemoryTablesTest, ProgressEndsAtItsTotal) {
  for (Device device : AvailableDevices()) {
    CheckProgress(device, ValuesDType::kFp32, 4);
    CheckProgress(device, ValuesDType::kBf16, 2);
  }
}

double ResidentShare(const Tensor& mapped) {
  std::vector<unsigned char> pages(CeilDiv(mapped.bytes(), getpagesize()));
  PCHECK(mincore(mapped.raw(), mapped.bytes(), pages.data()) == 0);
  const auto resident =
      std::count_if(pages.begin(), pages.end(), [](int page) { return page & 1; });
  return static_cast<double>(resident) / static_cast<double>(pages.size());
}

TEST(MemoryTablesTest, ATableOfZerosTakesNoMemoryOnTheCpu) {
  MemoryConfig config = Config({1});
  config.mem_n_keys = 2048;
  config.mem_keep_ffn = true;
  config.swilu_projection = false;
  for (ValuesDType dtype : {ValuesDType::kFp32, ValuesDType::kBf16}) {
    config.values_dtype = dtype;
    MemoryTables tables = Create(config);
    tables.Initialise(1);
    // A huge page at either end may be a neighbour's, too.
    EXPECT_LT(ResidentShare(tables.stores()[0]->State()[0].tensor), 0.3);
  }
}

TEST(MemoryTablesTest, RefusesMorePicksThanTheGpuTakes) {
  MemoryConfig config = Config({1});
  config.mem_knn = 129;
  const auto refused = MemoryTables::Create(config, 3, Device::Cuda());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(refused.status().message()).find("mem_knn is 129"), std::string::npos);
}

TEST(MemoryTablesDeathTest, OnlyMemoryLayersHaveTables) {
  const MemoryTables tables = Create(Config({1}));
  EXPECT_DEATH(tables.ForLayer(0), "block 0 is no memory layer");
}

}  // namespace
}  // namespace mneme
