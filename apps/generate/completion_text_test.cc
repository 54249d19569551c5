#include "apps/generate/completion_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/strip.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

// As SentencePiece does it: a text begins without the space of its first word.
class WordTokenizer : public Tokenizer {
 public:
  void AppendEncoded(absl::string_view, bool, bool, std::vector<int32_t>*) const override {}
  absl::string_view TokenBytes(int32_t id) const override {
    static constexpr absl::string_view kTokens[] = {"", " blue", " heron", "s"};
    return kTokens[id];
  }
  std::string Decode(absl::Span<const int32_t> ids) const override {
    const std::string text = DecodeContinuation(ids);
    return std::string(absl::StripPrefix(text, " "));
  }
  int64_t vocab_size() const override { return 4; }
  int32_t bos_id() const override { return 0; }
  int32_t eos_id() const override { return 0; }
  absl::string_view name() const override { return "words"; }
};

TEST(CompletionText, KeepsTheSpacesBetweenWords) {
  const WordTokenizer tokenizer;
  CompletionText behind_text(&tokenizer, false, {});
  EXPECT_EQ(behind_text.Append(2), " heron");
  EXPECT_EQ(behind_text.Append(3), "s");
  EXPECT_EQ(behind_text.Append(1), " blue");
  CompletionText from_nothing(&tokenizer, true, {});
  EXPECT_EQ(from_nothing.Append(2), "heron");
  EXPECT_EQ(from_nothing.Append(2), " heron");
}

TEST(CompletionText, StopsAcrossTokens) {
  const WordTokenizer tokenizer;
  CompletionText text(&tokenizer, false, {"herons"});
  EXPECT_EQ(text.Append(2), " ");
  EXPECT_FALSE(text.stopped());
  EXPECT_EQ(text.Append(3), "");
  EXPECT_TRUE(text.stopped());
  EXPECT_EQ(text.End(), "");
}

TEST(CompletionText, CharactersAreWhole) {
  const ByteTokenizer tokenizer;
  CompletionText text(&tokenizer, false, {"no"});
  EXPECT_EQ(text.Append(0xC3), "");
  EXPECT_EQ(text.Append(0xA9), "\u00E9");
  EXPECT_EQ(text.Append('n'), "");
  EXPECT_EQ(text.Append(0xC3), "n");
  EXPECT_EQ(text.End(), "\uFFFD");
}

}  // namespace
}  // namespace mneme
