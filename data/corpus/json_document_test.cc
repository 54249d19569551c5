#include "data/corpus/json_document.h"

#include <gtest/gtest.h>

#include <string>

#include "data/corpus/line_reader.h"

namespace mneme {
namespace {

struct Parsed {
  LineFault fault;
  std::string text;
};

Parsed Parse(const std::string& line) {
  JsonDocumentParser parser;
  const std::string padded = line + std::string(LineReader::kPaddingBytes, '}');
  absl::string_view text;
  const LineFault fault = parser.Parse(absl::string_view(padded.data(), line.size()), &text);
  return {fault, std::string(text)};
}

void ExpectText(const std::string& line, const std::string& text) {
  const Parsed parsed = Parse(line);
  EXPECT_EQ(parsed.fault, LineFault::kNone) << line;
  EXPECT_EQ(parsed.text, text) << line;
}

TEST(JsonDocumentTest, ReadsTextOrContent) {
  ExpectText(R"({"text": "abc"})", "abc");
  ExpectText(R"({"id": 7, "content": "abc", "meta": {"text": "no"}})", "abc");
  ExpectText(R"({"content": "no", "text": "yes"})", "yes");
  ExpectText("  {\"text\":\"a\"}\r", "a");
  ExpectText(R"({"text": ""})", "");
}

TEST(JsonDocumentTest, DecodesEscapes) {
  ExpectText(R"({"text": "a\n\t\"\\\u00e9\ud83d\ude00é"})", "a\n\t\"\\é😀é");
  ExpectText(R"({"text": "nul\u0000byte"})", std::string("nul\0byte", 8));
}

TEST(JsonDocumentTest, SaysWhatIsWrong) {
  EXPECT_EQ(Parse("{\"text\": \"\xff\"}").fault, LineFault::kInvalidUtf8);
  EXPECT_EQ(Parse("{\"text\": \"\xc3\"}").fault, LineFault::kInvalidUtf8);
  EXPECT_EQ(Parse(R"({"text": "abc)").fault, LineFault::kBrokenJson);
  EXPECT_EQ(Parse(R"({"text": "abc"}})").fault, LineFault::kBrokenJson);
  EXPECT_EQ(Parse(R"({'text': 'abc'})").fault, LineFault::kBrokenJson);
  EXPECT_EQ(Parse(R"({"text": "\ud800"})").fault, LineFault::kBrokenJson);
  EXPECT_EQ(Parse("").fault, LineFault::kBrokenJson);
  EXPECT_EQ(Parse(R"({"body": "abc"})").fault, LineFault::kNoText);
  EXPECT_EQ(Parse(R"({"text": 3})").fault, LineFault::kNoText);
  EXPECT_EQ(Parse(R"(["text"])").fault, LineFault::kNoText);
  EXPECT_EQ(Parse(R"("text")").fault, LineFault::kNoText);
}

}  // namespace
}  // namespace mneme
