// Files that are not what they should be.

#include "runtime/files/safetensors_header.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string File(const std::string& json, int64_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(json.size() >> (8 * i));
  return file + json + std::string(data_bytes, 'd');
}

std::string Entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return absl::StrCat("\"", name, "\":{\"dtype\":\"", dtype, "\",\"shape\":", shape,
                      ",\"data_offsets\":", offsets, "}");
}

std::string FileOf(const std::vector<std::string>& members, int64_t data_bytes) {
  return File(absl::StrCat("{", absl::StrJoin(members, ","), "}"), data_bytes);
}

// The error of a file, which must name the file.
std::string Error(const std::string& file) {
  const auto header = ParseSafetensorsHeader("dir/model", file);
  if (header.ok()) return "(no error)";
  EXPECT_THAT(std::string(header.status().message()), HasSubstr("'dir/model'"));
  return std::string(header.status().message());
}

std::string TensorError(const std::string& dtype, const std::string& shape,
                        const std::string& offsets, int64_t data_bytes = 16) {
  const std::string error = Error(FileOf({Entry("w", dtype, shape, offsets)}, data_bytes));
  EXPECT_THAT(error, testing::AnyOf("(no error)", HasSubstr("'w'")));
  return error;
}

TEST(SafetensorsHeaderTest, Good) {
  const auto header = ParseSafetensorsHeader(
      "f", FileOf({Entry("late", "F32", "[2,2]", "[8,24]"), Entry("early", "U8", "[8]", "[0,8]"),
                   R"("__metadata__":{"k":"v"} )"},
                  24));
  ASSERT_TRUE(header.ok()) << header.status();
  ASSERT_EQ(header->entries.size(), 2u);
  EXPECT_EQ(header->entries[0].name, "early");
  EXPECT_EQ(header->entries[1].name, "late");
  EXPECT_EQ(header->metadata.at("k"), "v");
}

TEST(SafetensorsHeaderTest, TooShort) {
  EXPECT_THAT(Error(""), HasSubstr("0 bytes"));
  EXPECT_THAT(Error("1234567"), HasSubstr("7 bytes"));
}

TEST(SafetensorsHeaderTest, HeaderBeyondTheFile) {
  const std::string file = FileOf({Entry("w", "F32", "[4]", "[0,16]")}, 0);
  EXPECT_THAT(Error(file.substr(0, 40)), AllOf(HasSubstr("truncated"), HasSubstr("32 follow")));
  EXPECT_THAT(Error("this is an ordinary text file"), HasSubstr("no safetensors file"));
  EXPECT_THAT(Error(std::string(8, '\xff')), HasSubstr("18446744073709551615 bytes"));
}

TEST(SafetensorsHeaderTest, HeaderBeyondTheLimit) {
  std::string header(kSafetensorsMaxHeaderBytes + 1, ' ');
  header[0] = '{';
  header[1] = '}';
  EXPECT_THAT(Error(File(header, 0)), HasSubstr("limit of 100000000"));
}

TEST(SafetensorsHeaderTest, NotJson) {
  EXPECT_THAT(Error(File("", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(Error(File("{\"w\":", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(Error(File("{} {}", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(Error(File("{\"\xff\":1}", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(Error(File("{\"w\":1e999}", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(Error(File("[]", 0)), HasSubstr("not a JSON object"));
  // No stack must overflow.
  EXPECT_THAT(Error(File(std::string(1'000'000, '['), 0)), HasSubstr("not JSON"));
  EXPECT_LT(Error(File("\"" + std::string(10'000, 'x'), 0)).size(), 300u);
}

TEST(SafetensorsHeaderTest, Metadata) {
  EXPECT_THAT(Error(File(R"({"__metadata__":[]})", 0)), HasSubstr("__metadata__"));
  EXPECT_THAT(Error(File(R"({"__metadata__":{"step":5}})", 0)), HasSubstr("'step'"));
}

TEST(SafetensorsHeaderTest, MalformedEntries) {
  for (const char* entry :
       {"5", "null", "[]", "{}", R"({"dtype":"F32","shape":[1]})",
        R"({"dtype":"F32","data_offsets":[0,4]})", R"({"shape":[1],"data_offsets":[0,4]})"}) {
    EXPECT_THAT(Error(File(absl::StrCat("{\"w\":", entry, "}"), 4)),
                AllOf(HasSubstr("'w'"), HasSubstr("expected an object")));
  }
  EXPECT_THAT(Error(File(R"({"w":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})", 4)),
              AllOf(HasSubstr("'w'"), HasSubstr("dtype")));
}

TEST(SafetensorsHeaderTest, DTypes) {
  EXPECT_THAT(TensorError("Q7", "[4]", "[0,16]"), HasSubstr("unknown dtype 'Q7'"));
  EXPECT_EQ(TensorError("F64", "[2]", "[0,16]"), "(no error)");
  EXPECT_EQ(TensorError("BOOL", "[16]", "[0,16]"), "(no error)");
  for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16, DType::kI32, DType::kI64}) {
    EXPECT_EQ(SafetensorsDType(SafetensorsDTypeName(dtype)), dtype);
  }
  EXPECT_EQ(SafetensorsDType("F64"), std::nullopt);
  EXPECT_EQ(SafetensorsDType("Q7"), std::nullopt);
}

TEST(SafetensorsHeaderTest, Shapes) {
  EXPECT_EQ(TensorError("F32", "[2,2]", "[0,16]"), "(no error)");
  EXPECT_THAT(TensorError("F32", "4", "[0,16]"), HasSubstr("not an array"));
  EXPECT_THAT(TensorError("F32", "[-4]", "[0,16]"), HasSubstr("bad shape"));
  EXPECT_THAT(TensorError("F32", "[4.0]", "[0,16]"), HasSubstr("bad shape"));
  EXPECT_THAT(TensorError("F32", "[\"4\"]", "[0,16]"), HasSubstr("bad shape"));
  EXPECT_THAT(TensorError("F32", "[9223372036854775808]", "[0,16]"), HasSubstr("bad shape"));
  EXPECT_THAT(TensorError("F32", "[5]", "[0,16]"), AllOf(HasSubstr("[5]"), HasSubstr("needs 20")));
  EXPECT_THAT(TensorError("F32", "[3]", "[0,16]"), HasSubstr("needs 12"));
  // 2^32 * 2^32 * 4 bytes are 0 modulo 2^64.
  EXPECT_THAT(TensorError("F32", "[4294967296,4294967296]", "[0,0]", 0), HasSubstr("2^63"));
  EXPECT_THAT(TensorError("F32", "[2305843009213693952]", "[0,0]", 0), HasSubstr("2^63"));
}

TEST(SafetensorsHeaderTest, Offsets) {
  for (const char* offsets : {"16", "[0]", "[0,16,16]", "[-1,15]", "[0.0,16]", "[0,\"16\"]",
                              "[0,18446744073709551615]"}) {
    EXPECT_THAT(TensorError("F32", "[4]", offsets), HasSubstr("bad data_offsets")) << offsets;
  }
  EXPECT_THAT(TensorError("F32", "[4]", "[16,0]"), HasSubstr("needs 16"));
  EXPECT_THAT(TensorError("F32", "[4]", "[0,16]", 15),
              AllOf(HasSubstr("truncated"), HasSubstr("only 15")));
}

TEST(SafetensorsHeaderTest, Layout) {
  const std::string v = Entry("v", "F32", "[2]", "[0,8]");
  EXPECT_THAT(Error(FileOf({v, Entry("w", "F32", "[2]", "[4,12]")}, 12)),
              AllOf(HasSubstr("'w'"), HasSubstr("inside tensor 'v'")));
  EXPECT_THAT(Error(FileOf({v, Entry("w", "F32", "[2]", "[0,8]")}, 8)),
              AllOf(HasSubstr("'w'"), HasSubstr("inside tensor 'v'")));
  EXPECT_THAT(Error(FileOf({v, Entry("w", "F32", "[2]", "[12,20]")}, 20)),
              AllOf(HasSubstr("'w'"), HasSubstr("gap of 4 bytes")));
  EXPECT_THAT(Error(FileOf({Entry("w", "F32", "[2]", "[4,12]")}, 12)),
              AllOf(HasSubstr("'w'"), HasSubstr("gap of 4 bytes")));
  EXPECT_THAT(Error(FileOf({v}, 11)), HasSubstr("3 bytes after the last tensor"));
  EXPECT_THAT(Error(File("{}", 1)), HasSubstr("1 bytes after the last tensor"));
}

TEST(SafetensorsHeaderTest, DuplicateNames) {
  EXPECT_THAT(
      Error(FileOf({Entry("w", "F32", "[2]", "[0,8]"), Entry("w", "F32", "[2]", "[8,16]")}, 16)),
      AllOf(HasSubstr("'w'"), HasSubstr("twice")));
}

TEST(SafetensorsHeaderTest, TensorBytes) {
  EXPECT_EQ(TensorBytes({}, 4), 4);
  EXPECT_EQ(TensorBytes({3, 5}, 2), 30);
  EXPECT_EQ(TensorBytes({3, 0}, 2), 0);
  EXPECT_EQ(TensorBytes({-1}, 2), std::nullopt);
  EXPECT_EQ(TensorBytes({int64_t{1} << 31, 1 << 10}, 4), int64_t{1} << 43);
  EXPECT_EQ(TensorBytes({int64_t{1} << 62}, 2), std::nullopt);
}

}  // namespace
}  // namespace mneme
