#include "apps/prepare_data/sorted_run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

// The lines from `offset` on, read through a buffer of `buffer_bytes`.
std::vector<std::string> Lines(const std::string& path, int64_t offset, int64_t buffer_bytes) {
  std::vector<std::string> lines;
  const auto reader = RunReader::Open(path, offset, buffer_bytes);
  EXPECT_TRUE(reader.ok()) << reader.status();
  while (!(*reader)->at_end()) {
    lines.emplace_back((*reader)->line());
    const absl::Status status = (*reader)->Next();
    EXPECT_TRUE(status.ok()) << status;
  }
  return lines;
}

TEST(SortedRunTest, LinesComeInTheOrderOfTheirKeys) {
  TempDir temp;
  RunBuffer buffer(1 << 20);
  const std::string long_line(100000, 'x');
  buffer.Add(~uint64_t{0}, 1, "last\n");
  buffer.Add(7, 2, "first of two\n");
  buffer.Add(0, 3, long_line);
  buffer.Add(7, 4, "second of two\n");
  buffer.Add(9, 5, "");
  ASSERT_TRUE(buffer.WriteTo(temp.File("run")).ok());
  EXPECT_TRUE(buffer.empty());
  const std::vector<std::string> expected = {long_line, "first of two\n", "second of two\n", "",
                                             "last\n"};
  for (const int64_t buffer_bytes : {1, 24, 1 << 20}) {
    EXPECT_EQ(Lines(temp.File("run"), 0, buffer_bytes), expected) << buffer_bytes;
  }

  const auto reader = RunReader::Open(temp.File("run"), 0, 100);
  ASSERT_TRUE((*reader)->Next().ok());
  EXPECT_EQ((*reader)->header().key, 7u);
  EXPECT_EQ((*reader)->header().text_hash, 2u);
  EXPECT_EQ(Lines(temp.File("run"), (*reader)->offset(), 100),
            std::vector<std::string>(expected.begin() + 1, expected.end()));
  while (!(*reader)->at_end()) ASSERT_TRUE((*reader)->Next().ok());
  EXPECT_TRUE(Lines(temp.File("run"), (*reader)->offset(), 100).empty());
}

TEST(SortedRunTest, ATruncatedRunIsAnError) {
  TempDir temp;
  RunBuffer buffer(1 << 20);
  buffer.Add(1, 1, "one\n");
  buffer.Add(2, 2, "two\n");
  ASSERT_TRUE(buffer.WriteTo(temp.File("run")).ok());
  const std::string whole = *ReadFile(temp.File("run"));
  for (const size_t bytes : {whole.size() - 1, whole.size() / 2 + 1}) {
    ASSERT_TRUE(WriteFileAtomically(temp.File("cut"), whole.substr(0, bytes)).ok());
    const auto reader = RunReader::Open(temp.File("cut"), 0, 1 << 10);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const absl::Status status = (*reader)->Next();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  }
}

TEST(SortedRunTest, ABufferIsFullBeforeItGrows) {
  RunBuffer buffer(10000);
  int64_t documents = 0;
  for (; !buffer.full(); ++documents) buffer.Add(documents, 0, std::string(100, 'x'));
  EXPECT_GT(documents, 40);
  EXPECT_LT(documents, 80);
}

}  // namespace
}  // namespace mneme
