#include "data/tokenizer/byte_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

TEST(ByteTokenizerTest, EncodesBytesBetweenBosAndEos) {
  const ByteTokenizer tokenizer;
  EXPECT_EQ(tokenizer.Encode("Aé", true, true), (Ids{256, 65, 0xC3, 0xA9, 257}));
  EXPECT_EQ(tokenizer.Encode("A", false, true), (Ids{65, 257}));
  EXPECT_EQ(tokenizer.Encode("A", true, false), (Ids{256, 65}));
  EXPECT_EQ(tokenizer.Encode("", false, false), Ids{});
}

TEST(ByteTokenizerTest, AppendsAfterWhatIsThere) {
  const ByteTokenizer tokenizer;
  Ids ids = {7};
  tokenizer.AppendEncoded("hi", true, true, &ids);
  EXPECT_EQ(ids, (Ids{7, 256, 'h', 'i', 257}));
}

TEST(ByteTokenizerTest, EveryByteComesBack) {
  const ByteTokenizer tokenizer;
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text.push_back(static_cast<char>(byte));
  const Ids ids = tokenizer.Encode(text, true, true);
  EXPECT_EQ(tokenizer.Decode(ids), text);
  EXPECT_EQ(tokenizer.TextBytes(ids), 256);
}

TEST(ByteTokenizerTest, IdsWithoutTextDecodeToNothing) {
  const ByteTokenizer tokenizer;
  const Ids ids = {256, 'a', 257, 258, 1000000, -1, 'b'};
  EXPECT_EQ(tokenizer.Decode(ids), "ab");
  EXPECT_EQ(tokenizer.TextBytes(ids), 2);
}

TEST(ByteTokenizerTest, HasTheDocumentedSizes) {
  const ByteTokenizer tokenizer;
  EXPECT_EQ(tokenizer.vocab_size(), 258);
  EXPECT_EQ(tokenizer.bos_id(), 256);
  EXPECT_EQ(tokenizer.eos_id(), 257);
  EXPECT_EQ(tokenizer.name(), "bytes");
}

}  // namespace
}  // namespace mneme
