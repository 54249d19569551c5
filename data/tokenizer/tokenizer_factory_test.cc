#include "data/tokenizer/tokenizer_factory.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(TokenizerFactoryTest, MakesBytesWithoutAPath) {
  const auto tokenizer = MakeTokenizer("bytes", "");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->name(), "bytes");
  EXPECT_EQ((*tokenizer)->vocab_size(), 258);
}

TEST(TokenizerFactoryTest, AnUnknownNameGivesTheKnownOnes) {
  const absl::Status status = MakeTokenizer("byte", "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  EXPECT_NE(message.find("'byte'"), std::string::npos) << message;
  EXPECT_NE(message.find("known are: bytes"), std::string::npos) << message;
}

}  // namespace
}  // namespace mneme
