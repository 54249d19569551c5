#include "data/corpus/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

std::unique_ptr<ByteSource> Open(const std::string& path, int64_t offset = 0) {
  auto bytes = OpenByteSource(path, offset);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return *std::move(bytes);
}

// Every line as "text", with "\n" behind it if it ended so, and "<long>" for one too long.
std::vector<std::string> ReadAll(LineReader& reader, int64_t* end_offset) {
  std::vector<std::string> lines;
  Line line;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!*more) return lines;
    lines.push_back((line.too_long ? "<long>" : std::string(line.text)) +
                    (line.newline ? "\n" : ""));
    *end_offset = line.end_offset;
  }
}

using Lines = std::vector<std::string>;

TEST(LineReaderTest, GivesLinesWithAndWithoutALastNewline) {
  TempFolder folder;
  int64_t end = 0;
  LineReader open_end(Open(folder.Write("a", "one\n\ntwo\r\nthree")), 0, 100, LongLines::kSkip);
  EXPECT_EQ(ReadAll(open_end, &end), (Lines{"one\n", "\n", "two\r\n", "three"}));
  EXPECT_EQ(end, 15);
  LineReader closed(Open(folder.Write("b", "one\n")), 0, 100, LongLines::kSkip);
  EXPECT_EQ(ReadAll(closed, &end), (Lines{"one\n"}));
  LineReader empty(Open(folder.Write("c", "")), 0, 100, LongLines::kSkip);
  EXPECT_EQ(ReadAll(empty, &end), Lines{});
}

TEST(LineReaderTest, LinesLongerThanTheBufferComeWhole) {
  TempFolder folder;
  const std::string big(3 << 20, 'x');
  LineReader reader(Open(folder.Write("a", "s\n" + big + "\nt\n")), 0, 4 << 20, LongLines::kSkip);
  int64_t end = 0;
  EXPECT_EQ(ReadAll(reader, &end), (Lines{"s\n", big + "\n", "t\n"}));
}

TEST(LineReaderTest, StartsAtAnOffset) {
  TempFolder folder;
  const std::string path = folder.Write("a", "one\ntwo\nthree\n");
  Line line;
  LineReader first(Open(path), 0, 100, LongLines::kSkip);
  ASSERT_TRUE(*first.Next(&line));
  const int64_t offset = line.end_offset;
  LineReader second(Open(path, offset), offset, 100, LongLines::kSkip);
  int64_t end = 0;
  EXPECT_EQ(ReadAll(second, &end), (Lines{"two\n", "three\n"}));
  EXPECT_EQ(end, 14);
}

TEST(LineReaderTest, SkipsLongLines) {
  TempFolder folder;
  for (const int64_t size : {11, 5 << 20}) {
    const std::string path = folder.Write(
        "a", "0123456789\n" + std::string(size, 'x') + "\nok\n" + std::string(size, 'y'));
    LineReader reader(Open(path), 0, 10, LongLines::kSkip);
    int64_t end = 0;
    EXPECT_EQ(ReadAll(reader, &end), (Lines{"0123456789\n", "<long>\n", "ok\n", "<long>"}));
    EXPECT_EQ(end, 11 + size + 1 + 3 + size);
  }
}

TEST(LineReaderTest, SplitsLongLinesBetweenCharacters) {
  TempFolder folder;
  std::string text;
  for (int i = 0; i < 50; ++i) text += "aé€😀";  // 1, 2, 3 and 4 bytes
  for (int64_t limit = 8; limit < 20; ++limit) {
    LineReader reader(Open(folder.Write("a", text + "\n")), 0, limit, LongLines::kSplit);
    int64_t end = 0;
    const Lines parts = ReadAll(reader, &end);
    std::string joined;
    for (const std::string& part : parts) {
      EXPECT_LE(part.size(), limit + 1);
      EXPECT_NE(static_cast<uint8_t>(part[0]) & 0xC0, 0x80) << "cut inside a character";
      joined += part;
    }
    EXPECT_EQ(joined, text + "\n");
    EXPECT_EQ(end, text.size() + 1);
  }
}

TEST(LineReaderTest, SplitsWhatIsNoUtf8Too) {
  TempFolder folder;
  const std::string text(100, '\x80');
  LineReader reader(Open(folder.Write("a", text)), 0, 8, LongLines::kSplit);
  int64_t end = 0;
  EXPECT_EQ(ReadAll(reader, &end).size(), 13u);
  EXPECT_EQ(end, 100);
}

TEST(ByteSourceTest, ReportsWhatIsWrongWithAFile) {
  TempFolder folder;
  EXPECT_TRUE(absl::IsNotFound(OpenByteSource(folder.File("absent"), 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenByteSource(folder.path(), 0).status()));
  const absl::Status truncated = OpenByteSource(folder.Write("a", "abc"), 4).status();
  EXPECT_TRUE(absl::IsDataLoss(truncated));
  EXPECT_NE(truncated.message().find("3 bytes"), absl::string_view::npos) << truncated;
}

}  // namespace
}  // namespace mneme
