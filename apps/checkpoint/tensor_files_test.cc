#include "apps/checkpoint/tensor_files.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mneme {
namespace {

const char* const kBase = reinterpret_cast<const char*>(uintptr_t{1} << 32);  // never read

SafetensorsItem Item(const std::string& name, int64_t rows, int64_t columns) {
  return {name, DType::kF32, {rows, columns}, kBase, nullptr};
}

// "FILE: NAME rows@first_row ...", a file a line.
std::string Describe(const TensorFiles& files) {
  std::string text;
  for (const TensorFile& file : files.files) {
    absl::StrAppend(&text, file.name, ":");
    for (const SafetensorsItem& item : file.items) {
      absl::StrAppend(&text, " ", item.name, " ", item.shape[0]);
      const int64_t row_bytes = ItemBytes(item) / item.shape[0];
      if (item.data) {
        absl::StrAppend(&text, "@", (static_cast<const char*>(item.data) - kBase) / row_bytes);
      }
    }
    text += "\n";
  }
  for (const auto& [name, parts] : files.split) {
    absl::StrAppend(&text, name, " in ", parts.size(), "\n");
  }
  return text;
}

TensorFiles Plan(const std::vector<SafetensorsItem>& items, const ShardSizes& sizes,
                 Holds holds = Holds::kModel) {
  TensorFiles files;
  AddTensorFiles(holds, items, sizes, &files);
  return files;
}

TEST(TensorFiles, SmallTensorsShareOneFile) {
  EXPECT_EQ(Describe(Plan({Item("a", 2, 3), Item("b", 1, 1)}, {})),
            "model.safetensors: a 2@0 b 1@0\n");
  EXPECT_EQ(Describe(Plan({Item("a", 2, 3)}, {}, Holds::kOptimizer)),
            "optimizer.safetensors: a 2@0\n");
  EXPECT_EQ(Describe(Plan({}, {})), "");
}

TEST(TensorFiles, LargeOnesFillShardsRowByRow) {
  // Rows of 40 bytes, shards of 100.
  const ShardSizes sizes = {
      .large_tensor_bytes = 80, .min_shard_bytes = 100, .max_shard_bytes = 100};
  EXPECT_EQ(Describe(Plan({Item("a", 3, 10), Item("small", 1, 10), Item("b", 4, 10)}, sizes)),
            "model.safetensors: small 1@0\n"
            "values-00001-of-00004.safetensors: a 2@0\n"
            "values-00002-of-00004.safetensors: a 1@2 b 1@0\n"
            "values-00003-of-00004.safetensors: b 2@1\n"
            "values-00004-of-00004.safetensors: b 1@3\n"
            "a in 2\n"
            "b in 3\n");
}

TEST(TensorFiles, ARowLargerThanAShardHasOneOfItsOwn) {
  const ShardSizes sizes = {.large_tensor_bytes = 80, .min_shard_bytes = 10, .max_shard_bytes = 30};
  EXPECT_EQ(Describe(Plan({Item("a", 2, 10)}, sizes, Holds::kOptimizer)),
            "optimizer-values-00001-of-00002.safetensors: a 1@0\n"
            "optimizer-values-00002-of-00002.safetensors: a 1@1\n"
            "a in 2\n");
}

TEST(TensorFiles, WhatIsProducedStaysWhole) {
  const ShardSizes sizes = {
      .large_tensor_bytes = 80, .min_shard_bytes = 100, .max_shard_bytes = 100};
  SafetensorsItem produced = Item("produced", 9, 10);
  produced.data = nullptr;
  EXPECT_EQ(Describe(Plan({Item("a", 2, 10), produced, Item("b", 2, 10)}, sizes)),
            "values-00001-of-00003.safetensors: a 2@0\n"
            "values-00002-of-00003.safetensors: produced 9\n"
            "values-00003-of-00003.safetensors: b 2@0\n");
}

TEST(TensorFiles, AboutEightShardsWithinTheLimits) {
  const auto num_files = [](int64_t rows) {
    return Plan({Item("table", rows, 1024)}, ShardSizes()).files.size();  // rows of 4 KiB
  };
  EXPECT_EQ(num_files(1 << 14), 1);      // 64 MiB
  EXPECT_EQ(num_files(1 << 18), 4);      // 1 GiB
  EXPECT_EQ(num_files(1 << 21), 8);      // 8 GiB
  EXPECT_EQ(num_files(64'000'000), 62);  // 244 GiB
  const TensorFiles files = Plan({Item("table", 64'000'000, 1024)}, ShardSizes());
  int64_t rows = 0;
  for (const TensorFile& file : files.files) {
    EXPECT_LE(ItemBytes(file.items[0]), int64_t{4} << 30);
    EXPECT_EQ(static_cast<const char*>(file.items[0].data) - kBase, rows * 4096);
    rows += file.items[0].shape[0];
  }
  EXPECT_EQ(rows, 64'000'000);
}

}  // namespace
}  // namespace mneme
