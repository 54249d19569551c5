#include "data/wordnet/wordnet_entry.h"

#include <gtest/gtest.h>

#include "data/corpus/document_hash.h"

namespace mneme {
namespace {

WordNetEntry Parse(absl::string_view line) {
  const absl::StatusOr<WordNetEntry> entry = ParseWordNetLine(line);
  EXPECT_TRUE(entry.ok()) << entry.status();
  return entry.ok() ? *entry : WordNetEntry();
}

TEST(WordNetEntryTest, ReadsASynset) {
  const WordNetEntry entry = Parse(
      "02008497 05 n 02 great_blue_heron 0 Ardea_herodius 0 002 @ 02008041 n 0000 #m 02008316 n "
      "0000 | large American heron having bluish-grey plumage  ");
  EXPECT_EQ(entry.head, "great blue heron, Ardea herodius (noun):");
  EXPECT_EQ(EntryText(entry),
            "great blue heron, Ardea herodius (noun): large American heron having bluish-grey "
            "plumage");
  EXPECT_EQ(entry.held_out, IsHeldOut("n02008497"));
}

TEST(WordNetEntryTest, ExamplesFollowInQuotationMarks) {
  const WordNetEntry entry = Parse(
      "00002724 29 v 01 choke 0 001 @ 00001740 v 0000 01 + 02 00 | breathe with difficulty; "
      "\"She choked\"; \"he chokes\"");
  EXPECT_EQ(entry.examples.size(), 2u);
  EXPECT_EQ(EntryText(entry),
            "choke (verb): breathe with difficulty; \"She choked\"; \"he chokes\"");
}

TEST(WordNetEntryTest, PartsOfSpeechAndMarkers) {
  EXPECT_EQ(Parse("00000001 00 a 03 alone(p) 0 former(a) 0 galore(ip) 0 000 | g").head,
            "alone, former, galore (adjective):");
  EXPECT_EQ(Parse("00000001 00 s 01 e-mail_(x) 0 000 | g").head, "e-mail (x) (adjective):");
  EXPECT_EQ(Parse("00000001 02 r 01 a_cappella 0 000 | g").head, "a cappella (adverb):");
}

TEST(WordNetEntryTest, WordCountIsHexadecimal) {
  const WordNetEntry entry =
      Parse("00000001 00 n 0b a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0 k 0 000 | g");
  EXPECT_EQ(entry.head, "a, b, c, d, e, f, g, h, i, j, k (noun):");
}

TEST(WordNetEntryTest, OtherLinesAreErrors) {
  for (const char* line : {"", "hello", "00000001 00 n 01 a 0 000", "00000001 00 n 02 a 0 | g",
                           "00000001 00 x 01 a 0 000 | g", "00000001 00 n zz a 0 000 | g",
                           "00000001 00 n 00 a 0 000 | g", "0001 00 n 01 a 0 000 | g",
                           "00000001 00 n 01 a 0 000 | ; "}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseWordNetLine(line).status())) << line;
  }
}

}  // namespace
}  // namespace mneme
