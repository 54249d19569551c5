#include "data/tokenizer/tokenizer_factory.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

std::string ErrorOf(absl::string_view name, const std::string& path) {
  return std::string(MakeTokenizer(name, path).status().message());
}

TEST(TokenizerFactoryTest, MakesBytesWithoutAPath) {
  const auto tokenizer = MakeTokenizer("bytes", "");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->name(), "bytes");
  EXPECT_EQ((*tokenizer)->vocab_size(), 258);
}

TEST(TokenizerFactoryTest, MakesEachKindFromItsFile) {
  const auto sp = MakeTokenizer("sp", "data/tokenizer/testdata/tiny_bpe.model");
  ASSERT_TRUE(sp.ok()) << sp.status();
  EXPECT_EQ((*sp)->name(), "sp");
  const auto tiktoken = MakeTokenizer("tiktoken", "data/tokenizer/testdata/r50k_base.tiktoken");
  ASSERT_TRUE(tiktoken.ok()) << tiktoken.status();
  EXPECT_EQ((*tiktoken)->name(), "tiktoken");
}

TEST(TokenizerFactoryTest, AnUnknownNameGivesTheKnownOnes) {
  EXPECT_EQ(MakeTokenizer("byte", "").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf("byte", ""),
            "no tokenizer is called 'byte'; known are: bytes, sp, tiktoken, hf");
}

TEST(TokenizerFactoryTest, WantsTheFileOfAKindThatHasOne) {
  EXPECT_EQ(ErrorOf("sp", ""), "the tokenizer sp reads a file; set its path");
  EXPECT_NE(ErrorOf("hf", "/no/such/file").find("/no/such/file"), std::string::npos);
  EXPECT_NE(ErrorOf("tiktoken", "/no/such/file").find("/no/such/file"), std::string::npos);
}

}  // namespace
}  // namespace mneme
