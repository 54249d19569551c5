#include "data/corpus/text_pieces.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

struct Piece {
  std::string text;
  Item item;
};

std::vector<Piece> ReadAll(const std::string& path, int64_t offset = 0, bool wanted = true) {
  auto reader = OpenItemReader(path, offset);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<Piece> pieces;
  Item item;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(wanted, &item);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!*more) return pieces;
    pieces.push_back({std::string(item.text), item});
  }
}

std::string Paragraphs(int count, int lines) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < lines; ++j) {
      text += "paragraph " + std::to_string(i) + ", line " + std::to_string(j) + "\n";
    }
    text += i % 2 == 0 ? "\n" : " \r\n";
  }
  return text;
}

TEST(TextPiecesTest, CutsAtBlankLinesAndKeepsEveryByte) {
  TempFolder folder;
  const std::string text = Paragraphs(300, 7);
  const std::vector<Piece> pieces = ReadAll(folder.Write("a.txt", text));
  ASSERT_GT(pieces.size(), 5u);
  std::string joined;
  for (size_t i = 0; i < pieces.size(); ++i) {
    joined += pieces[i].text;
    EXPECT_EQ(pieces[i].item.end_offset, joined.size());
    EXPECT_EQ(pieces[i].text.rfind("paragraph ", 0), 0u);
    if (i + 1 < pieces.size()) {
      EXPECT_GE(pieces[i].text.size(), TextPieces::kMinPieceBytes);
      EXPECT_LE(pieces[i].text.size(), TextPieces::kMinPieceBytes + 300);
    }
  }
  EXPECT_EQ(joined, text);
}

TEST(TextPiecesTest, GoesOnFromTheEndOfAPiece) {
  TempFolder folder;
  const std::string path = folder.Write("a.txt", Paragraphs(300, 7));
  const std::vector<Piece> all = ReadAll(path);
  const std::vector<Piece> rest = ReadAll(path, all[1].item.end_offset);
  ASSERT_EQ(rest.size() + 2, all.size());
  for (size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].text, all[i + 2].text);
}

TEST(TextPiecesTest, UnwantedPiecesHaveTheSameBorders) {
  TempFolder folder;
  const std::string path = folder.Write("a.txt", Paragraphs(300, 7) + "bad \xff\n");
  const std::vector<Piece> wanted = ReadAll(path);
  const std::vector<Piece> unwanted = ReadAll(path, 0, false);
  ASSERT_EQ(wanted.size(), unwanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(wanted[i].item.end_offset, unwanted[i].item.end_offset);
    EXPECT_EQ(wanted[i].item.newlines, unwanted[i].item.newlines);
    EXPECT_EQ(unwanted[i].text, "");
    EXPECT_EQ(unwanted[i].item.lines_read, 0);
    EXPECT_EQ(unwanted[i].item.lines_bad, 0);
  }
}

TEST(TextPiecesTest, TextWithoutBlankLinesIsCutAtLinesOrCharacters) {
  TempFolder folder;
  std::string text;
  while (text.size() < 300000) text += "no blank line anywhere\n";
  while (text.size() < 600000) text += "é€😀";
  std::string joined;
  for (const Piece& piece : ReadAll(folder.Write("a.txt", text))) {
    EXPECT_LE(piece.text.size(), 2 * TextPieces::kMaxPieceBytes);
    EXPECT_EQ(piece.item.lines_bad, 0);
    joined += piece.text;
  }
  EXPECT_EQ(joined, text);
}

TEST(TextPiecesTest, LeavesOutLinesOfInvalidUtf8) {
  TempFolder folder;
  const std::vector<Piece> pieces = ReadAll(folder.Write("a.txt", "one\ntwo \xff\n\xc3\nthree\n"));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].text, "one\nthree\n");
  EXPECT_EQ(pieces[0].item.lines_read, 4);
  EXPECT_EQ(pieces[0].item.lines_bad, 2);
  EXPECT_EQ(pieces[0].item.first_bad_line, 1);
  EXPECT_EQ(pieces[0].item.first_bad_fault, LineFault::kInvalidUtf8);
}

TEST(TextPiecesTest, ByteOrderMarkAndWhiteSpaceAreNoText) {
  TempFolder folder;
  EXPECT_EQ(ReadAll(folder.Write("a.txt", "\xEF\xBB\xBFtext\n"))[0].text, "text\n");
  const std::vector<Piece> blank = ReadAll(folder.Write("b.txt", " \n\n \r\n"));
  ASSERT_EQ(blank.size(), 1u);
  EXPECT_EQ(blank[0].text, "");
  EXPECT_TRUE(ReadAll(folder.Write("c.txt", "")).empty());
}

}  // namespace
}  // namespace mneme
