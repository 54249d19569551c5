#include "data/corpus/byte_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "data/testing/compress.h"
#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

// Bytes that compress a little, so that a compressed file is longer than the decoder's input.
std::string Text(int64_t bytes) {
  std::string text(bytes, ' ');
  uint64_t state = 1;
  for (char& c : text) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>('a' + (state >> 60));
  }
  return text;
}

absl::StatusOr<std::string> ReadAll(const std::string& path, int64_t offset, int64_t portion) {
  auto source = OpenByteSource(path, offset);
  if (!source.ok()) return source.status();
  std::string text;
  std::vector<char> buffer(portion);
  while (true) {
    const absl::StatusOr<int64_t> got = (*source)->Read(absl::MakeSpan(buffer));
    if (!got.ok()) return got.status();
    text.append(buffer.data(), *got);
    if (*got < portion) return text;
  }
}

class ByteSourceTest : public testing::Test {
 protected:
  TempFolder folder_;
};

constexpr const char* kNames[] = {"a.jsonl", "a.jsonl.gz", "a.jsonl.zst"};

TEST_F(ByteSourceTest, GivesTheTextFromAnyOffset) {
  for (const int64_t bytes : {0, 1, 1000, 3 << 20}) {
    const std::string text = Text(bytes);
    for (const char* name : kNames) {
      const std::string path = folder_.Write(name, CompressFor(name, text));
      for (const int64_t offset : {int64_t{0}, bytes / 3, bytes}) {
        const absl::StatusOr<std::string> read = ReadAll(path, offset, 70001);
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_TRUE(*read == text.substr(offset)) << name << " from " << offset << " of " << bytes;
      }
      const absl::Status beyond = ReadAll(path, bytes + 1, 70001).status();
      EXPECT_TRUE(absl::IsDataLoss(beyond)) << beyond;
      EXPECT_TRUE(absl::StrContains(beyond.message(), path)) << beyond;
    }
  }
}

TEST_F(ByteSourceTest, SmallReadsGiveTheSame) {
  const std::string text = Text(5000);
  for (const char* name : kNames) {
    const absl::StatusOr<std::string> read =
        ReadAll(folder_.Write(name, CompressFor(name, text)), 10, 1);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == text.substr(10)) << name;
  }
}

TEST_F(ByteSourceTest, FramesFollowEachOther) {
  const std::string text = Text(100000);
  const std::string half = text.substr(0, 50000);
  const std::string other = text.substr(50000);
  for (const char* name : kNames) {
    const std::string path = folder_.Write(
        name, CompressFor(name, half) + CompressFor(name, "") + CompressFor(name, other));
    const absl::StatusOr<std::string> read = ReadAll(path, 49999, 777);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == text.substr(49999)) << name;
  }
}

TEST_F(ByteSourceTest, DamageIsNoEnd) {
  const std::string text = Text(500000);
  for (const char* name : {"a.txt.gz", "a.txt.zst"}) {
    const std::string good = CompressFor(name, text);
    for (const size_t bytes : {size_t{1}, good.size() / 2, good.size() - 1}) {
      const absl::Status status =
          ReadAll(folder_.Write(name, good.substr(0, bytes)), 0, 5000).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << name << " of " << bytes << ": " << status;
      EXPECT_TRUE(absl::StrContains(status.message(), "ends too early")) << status;
    }
    std::string wrong = good;
    for (size_t i = wrong.size() / 2; i < wrong.size() / 2 + 100; ++i) wrong[i] = 0x55;
    for (const std::string& bytes : {wrong, text, good + "no frame"}) {
      const absl::Status status = ReadAll(folder_.Write(name, bytes), 0, 5000).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << name << ": " << status;
      EXPECT_TRUE(absl::StrContains(status.message(), "is damaged behind byte")) << status;
    }
  }
}

TEST_F(ByteSourceTest, SaysWhatCannotBeOpened) {
  EXPECT_TRUE(absl::IsNotFound(OpenByteSource(folder_.File("absent.gz"), 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenByteSource(folder_.path(), 0).status()));
}

TEST(WithoutCompressionTest, DropsOneEnding) {
  EXPECT_EQ(WithoutCompression("s/a.jsonl"), "s/a.jsonl");
  EXPECT_EQ(WithoutCompression("s/a.jsonl.gz"), "s/a.jsonl");
  EXPECT_EQ(WithoutCompression("a.txt.zst"), "a.txt");
}

}  // namespace
}  // namespace mneme
