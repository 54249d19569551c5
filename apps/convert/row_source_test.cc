#include "apps/convert/row_source.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/core/float16.h"

namespace mneme {
namespace {

// What is written of an item, as T.
template <class T>
std::vector<T> Written(const SafetensorsItem& item) {
  std::string bytes;
  const absl::Status status = item.produce([&](const void* data, int64_t count) {
    bytes.append(static_cast<const char*>(data), count);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

const char* Bytes(const void* data) { return static_cast<const char*>(data); }

TEST(RowSourceTest, WhatDoesNotChangeIsNotCopied) {
  const std::vector<float> values = {1, 2, 3, 4};
  const RowSource source = {DType::kF32, {2, 2}, {{Bytes(values.data()), 16}}};
  const SafetensorsItem item = ConvertedItem("x", source, DType::kF32, nullptr);
  EXPECT_EQ(item.data, values.data());
  EXPECT_EQ(item.name, "x");
  EXPECT_EQ(item.shape, (Shape{2, 2}));
}

TEST(RowSourceTest, RowsFromSeveralPiecesInAnotherOrder) {
  const std::vector<float> first = {1, 2}, rest = {3, 4, 5, 6};
  const RowSource source = {
      DType::kF32, {3, 2}, {{Bytes(first.data()), 8}, {Bytes(rest.data()), 16}}};
  EXPECT_EQ(Written<float>(ConvertedItem("x", source, DType::kF32, nullptr)),
            (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const auto reversed = [](int64_t row) { return 2 - row; };
  EXPECT_EQ(Written<float>(ConvertedItem("x", source, DType::kF32, reversed)),
            (std::vector<float>{5, 6, 3, 4, 1, 2}));
}

TEST(RowSourceTest, EveryPairOfDTypesAtAnyAlignment) {
  const std::vector<float> values = {1.0f, -2.5f, 1e-3f, 65504.0f, 0.0f};
  const auto check = [&]<class From, class To>(DType from_dtype, DType dtype, From, To) {
    std::string bytes(1, 'x');  // so that elements lie at odd addresses
    std::vector<float> expected;
    for (const float value : values) {
      const From x = static_cast<From>(value);
      bytes.append(Bytes(&x), sizeof(x));
      expected.push_back(static_cast<float>(static_cast<To>(static_cast<float>(x))));
    }
    const int64_t count = static_cast<int64_t>(bytes.size()) - 1;
    const RowSource source = {from_dtype, {5}, {{bytes.data() + 1, count}}};
    std::vector<float> found;
    const auto identity = [](int64_t row) { return row; };
    for (const To x : Written<To>(ConvertedItem("x", source, dtype, identity))) {
      found.push_back(static_cast<float>(x));
    }
    EXPECT_EQ(found, expected) << DTypeName(from_dtype) << " to " << DTypeName(dtype);
  };
  const auto from = [&]<class From>(DType from_dtype, From zero) {
    check(from_dtype, DType::kF32, zero, 0.0f);
    check(from_dtype, DType::kBF16, zero, bf16());
    check(from_dtype, DType::kF16, zero, f16());
  };
  from(DType::kF32, 0.0f);
  from(DType::kBF16, bf16());
  from(DType::kF16, f16());
}

TEST(RowSourceTest, LargeEmptyAndScalar) {
  std::vector<float> large(3 << 20);
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<float>(i);
  const int64_t bytes = static_cast<int64_t>(large.size() * 4);
  const RowSource source = {DType::kF32, {3 << 10, 1 << 10}, {{Bytes(large.data()), bytes}}};
  EXPECT_EQ(
      Written<float>(ConvertedItem("x", source, DType::kF32, [](int64_t row) { return row; })),
      large);
  const RowSource empty = {DType::kBF16, {0, 4}, {}};
  EXPECT_TRUE(Written<float>(ConvertedItem("x", empty, DType::kF32, nullptr)).empty());
  const bf16 one(1.0f);
  const RowSource scalar = {DType::kBF16, {}, {{Bytes(&one), 2}}};
  EXPECT_EQ(Written<float>(ConvertedItem("x", scalar, DType::kF32, nullptr)),
            std::vector<float>{1.0f});
}

}  // namespace
}  // namespace mneme
