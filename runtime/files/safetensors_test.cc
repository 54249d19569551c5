// The writer and the reader together: what goes in comes out, and the bytes in between.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/checksum.h"
#include "runtime/files/file_util.h"
#include "runtime/files/safetensors_reader.h"
#include "runtime/files/safetensors_writer.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Metadata = std::map<std::string, std::string>;

template <typename T>
SafetensorsItem Item(const std::string& name, DType dtype, const std::vector<int64_t>& shape,
                     const std::vector<T>& values) {
  SafetensorsItem item;
  item.name = name;
  item.dtype = dtype;
  item.shape.assign(shape.begin(), shape.end());
  item.data = values.data();
  return item;
}

TEST(SafetensorsTest, RoundTrip) {
  const TempDir dir;
  const std::vector<float> f32 = {1.5f, -2.0f, 3.25f, 0.0f, 1e-30f, 1e30f};
  const std::vector<uint16_t> half = {0x3f80, 0x4000, 0xffff};
  const std::vector<int32_t> i32 = {-5};
  const std::vector<int64_t> i64 = {int64_t{1} << 40, -1};
  const std::vector<float> none = {0.0f};
  const Metadata metadata = {{"step", "12"}, {"quote\"\\", "line\nbreak \xc3\xa9"}};
  const auto written = WriteSafetensors(
      dir.File("f"),
      {Item("z.weight", DType::kF32, {2, 3}, f32), Item("bf", DType::kBF16, {3}, half),
       Item("empty", DType::kF32, {0, 7}, none), Item("scalar", DType::kI32, {}, i32),
       Item("a \"name\"", DType::kI64, {1, 2, 1}, i64), Item("f16", DType::kF16, {3, 1}, half)},
      metadata);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->crc32c, FileCrc32c(dir.File("f")).value());
  EXPECT_EQ(written->bytes, static_cast<int64_t>(ReadFile(dir.File("f")).value().size()));

  const auto reader = SafetensorsReader::Open(dir.File("f"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->names(),
              ElementsAre("z.weight", "bf", "empty", "scalar", "a \"name\"", "f16"));
  EXPECT_EQ(reader->metadata(), metadata);
  EXPECT_TRUE(reader->Contains("scalar"));
  EXPECT_FALSE(reader->Contains("vector"));

  const auto weight = reader->Find("z.weight").value();
  EXPECT_EQ(weight.dtype, DType::kF32);
  EXPECT_THAT(weight.shape, ElementsAre(2, 3));
  ASSERT_EQ(weight.bytes, 24);
  EXPECT_EQ(std::memcmp(weight.data, f32.data(), 24), 0);
  const auto scalar = reader->Find("scalar").value();
  EXPECT_TRUE(scalar.shape.empty());
  EXPECT_EQ(std::memcmp(scalar.data, i32.data(), 4), 0);
  const auto quoted = reader->Find("a \"name\"").value();
  EXPECT_EQ(quoted.dtype, DType::kI64);
  EXPECT_EQ(std::memcmp(quoted.data, i64.data(), 16), 0);
  EXPECT_EQ(reader->Find("bf")->dtype, DType::kBF16);
  EXPECT_EQ(reader->Find("f16")->dtype, DType::kF16);
  EXPECT_EQ(reader->Find("empty")->bytes, 0);
  EXPECT_THAT(std::string(reader->Find("gone").status().message()),
              AllOf(HasSubstr(dir.File("f")), HasSubstr("'gone'")));
}

// The exact bytes, so that other readers stay able to read them.
TEST(SafetensorsTest, Bytes) {
  const TempDir dir;
  const std::vector<float> values = {1.0f};
  ASSERT_TRUE(WriteSafetensors(dir.File("f"), {Item("w", DType::kF32, {1}, values)},
                               {{"b", "2"}, {"a", "1"}})
                  .ok());
  std::string json =
      R"({"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const std::string expected = std::string(1, static_cast<char>(json.size())) +
                               std::string(7, '\0') + json + std::string("\0\0\x80\x3f", 4);
  EXPECT_EQ(ReadFile(dir.File("f")).value(), expected);
}

TEST(SafetensorsTest, NoTensors) {
  const TempDir dir;
  ASSERT_TRUE(WriteSafetensors(dir.File("f"), {}, {}).ok());
  const auto reader = SafetensorsReader::Open(dir.File("f"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(reader->names().empty());
  EXPECT_TRUE(reader->metadata().empty());
}

TEST(SafetensorsTest, ProducedInPieces) {
  const TempDir dir;
  std::vector<int32_t> values(3'000'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int32_t>(i * 2654435761u);
  SafetensorsItem item;
  item.name = "rows";
  item.dtype = DType::kI32;
  item.shape = {3, 1'000'000};
  item.produce = [&](SafetensorsSink sink) -> absl::Status {
    for (size_t begin = 0; begin < values.size(); begin += 70'001) {
      const size_t count = std::min<size_t>(70'001, values.size() - begin);
      const absl::Status status = sink(&values[begin], count * sizeof(int32_t));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  };
  const std::vector<float> next = {7.0f};
  const auto written =
      WriteSafetensors(dir.File("f"), {item, Item("next", DType::kF32, {1}, next)}, {});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->crc32c, FileCrc32c(dir.File("f")).value());
  const auto reader = SafetensorsReader::Open(dir.File("f"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto rows = reader->Find("rows").value();
  EXPECT_EQ(std::memcmp(rows.data, values.data(), rows.bytes), 0);
  EXPECT_EQ(std::memcmp(reader->Find("next")->data, next.data(), 4), 0);
}

TEST(SafetensorsTest, WriterErrorsLeaveTheOldFile) {
  const TempDir dir;
  const std::string path = dir.File("f");
  const std::vector<float> values = {1.0f, 2.0f};
  const SafetensorsItem good = Item("w", DType::kF32, {2}, values);
  ASSERT_TRUE(WriteSafetensors(path, {good}, {}).ok());
  const std::string before = ReadFile(path).value();

  const auto error = [&](const std::vector<SafetensorsItem>& items, const Metadata& metadata) {
    const absl::Status status = WriteSafetensors(path, items, metadata).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    return std::string(status.message());
  };
  const auto producing = [&](int64_t bytes, const absl::Status& status) {
    SafetensorsItem item = good;
    item.data = nullptr;
    item.produce = [=](SafetensorsSink sink) {
      const std::string piece(bytes, 'x');
      const absl::Status sunk = sink(piece.data(), bytes);
      return status.ok() ? sunk : status;
    };
    return item;
  };
  EXPECT_THAT(error({good, good}, {}), AllOf(HasSubstr("'w'"), HasSubstr("twice")));
  EXPECT_THAT(error({Item("__metadata__", DType::kF32, {2}, values)}, {}), HasSubstr("reserved"));
  EXPECT_THAT(error({Item("\xff", DType::kF32, {2}, values)}, {}), HasSubstr("UTF-8"));
  EXPECT_THAT(error({good}, {{"key", "\xc3"}}), HasSubstr("UTF-8"));
  EXPECT_THAT(error({Item("w", DType::kF32, {-1}, values)}, {}), HasSubstr("negative"));
  const int64_t huge = int64_t{1} << 61;
  EXPECT_THAT(error({Item("w", DType::kF32, {huge}, values)}, {}), HasSubstr("2^63"));
  const int64_t large = int64_t{1} << 60;  // each fits alone
  EXPECT_THAT(
      error({Item("v", DType::kF32, {large}, values), Item("w", DType::kF32, {large}, values)}, {}),
      HasSubstr("2^63"));
  EXPECT_THAT(error({producing(7, absl::OkStatus())}, {}), HasSubstr("7 bytes were given"));
  EXPECT_THAT(error({producing(9, absl::OkStatus())}, {}), HasSubstr("9 bytes were given"));
  EXPECT_EQ(WriteSafetensors(path, {producing(8, absl::AbortedError("device lost"))}, {}).status(),
            absl::AbortedError("device lost"));
  SafetensorsItem nothing = good;
  nothing.data = nullptr;
  EXPECT_THAT(error({nothing}, {}), HasSubstr("0 bytes were given"));

  EXPECT_EQ(ReadFile(path).value(), before);
  EXPECT_EQ(ListFiles(dir.path(), "").value().size(), 1u) << "a temporary was left behind";
}

// More bytes than 32 bits count, in a file without content on the disk.
TEST(SafetensorsTest, LargerThan4GiB) {
  const TempDir dir;
  const std::string path = dir.File("sparse");
  constexpr int64_t kRows = (int64_t{1} << 31) + 3;  // of 4 bytes
  constexpr int64_t kBytes = 4 * kRows;
  std::string json = absl::StrCat(
      R"({"table":{"dtype":"F32","shape":[)", kRows, R"(,1],"data_offsets":[0,)", kBytes,
      R"(]},"w":{"dtype":"I32","shape":[1],"data_offsets":[)", kBytes, ",", kBytes + 4, "]}}");
  const uint64_t length = json.size();
  const int fd = open(path.c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  const int32_t last = 77;
  const int64_t data_offset = 8 + static_cast<int64_t>(length);
  ASSERT_EQ(pwrite(fd, &length, 8, 0), 8);
  ASSERT_EQ(pwrite(fd, json.data(), length, 8), static_cast<ssize_t>(length));
  if (pwrite(fd, &last, 4, data_offset + kBytes) != 4) GTEST_SKIP() << "no such large files here";
  close(fd);

  const auto reader = SafetensorsReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto table = reader->Find("table").value();
  EXPECT_THAT(table.shape, ElementsAre(kRows, 1));
  EXPECT_EQ(table.bytes, kBytes);
  EXPECT_EQ(static_cast<const char*>(table.data)[kBytes - 1], 0);
  EXPECT_EQ(std::memcmp(reader->Find("w")->data, &last, 4), 0);
}

}  // namespace
}  // namespace mneme
