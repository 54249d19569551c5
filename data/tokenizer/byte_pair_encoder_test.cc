#include "data/tokenizer/byte_pair_encoder.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

std::vector<std::string> Bytes() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  return tokens;
}

Ids Encode(const BytePairEncoder& encoder, absl::string_view piece) {
  BytePairEncoder::Scratch scratch;
  Ids ids;
  encoder.AppendIds(piece, &scratch, &ids);
  return ids;
}

// The definition, step by step, with `tokens` as ranks.
Ids SlowEncode(const std::vector<std::string>& tokens, const std::string& piece) {
  const auto rank_of = [&](const std::string& bytes) {
    return std::find(tokens.begin(), tokens.end(), bytes) - tokens.begin();
  };
  std::vector<std::string> parts;
  for (const char byte : piece) parts.emplace_back(1, byte);
  if (rank_of(piece) < tokens.size()) parts = {piece};
  while (true) {
    size_t best = 0;
    int64_t best_rank = tokens.size();
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const int64_t rank = rank_of(parts[i] + parts[i + 1]);
      if (rank < best_rank) best = i, best_rank = rank;
    }
    if (best_rank == tokens.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + best + 1);
  }
  Ids ids;
  for (const std::string& part : parts) ids.push_back(rank_of(part));
  return ids;
}

TEST(BytePairEncoderTest, AgreesWithTheDefinitionOnRandomVocabularies) {
  PhiloxStream random(MakePhiloxKey(1, HashName("byte_pair_encoder_test")));
  const auto random_text = [&](int64_t max_size) {
    std::string text;
    for (int64_t size = 1 + random.Below(max_size); size > 0; --size) text += 'a' + random.Below(3);
    return text;
  };
  for (int round = 0; round < 50 && !HasFailure(); ++round) {
    std::vector<std::string> tokens = Bytes();
    std::set<std::string> seen;
    for (int i = 0; i < 40; ++i) {
      const std::string token = random_text(6);
      if (token.size() > 1 && seen.insert(token).second) tokens.push_back(token);
    }
    const BytePairEncoder encoder(tokens);
    for (int i = 0; i < 20; ++i) {
      const std::string text = random_text(25);
      EXPECT_EQ(Encode(encoder, text), SlowEncode(tokens, text)) << text;
    }
  }
}

TEST(BytePairEncoderTest, EqualPairsMergeFromTheLeft) {
  std::vector<std::string> tokens = Bytes();
  tokens.push_back("aa");  // 256
  const BytePairEncoder encoder(tokens);
  EXPECT_EQ(Encode(encoder, "aaa"), (Ids{256, 'a'}));
  EXPECT_EQ(Encode(encoder, "aaaa"), (Ids{256, 256}));
  EXPECT_EQ(Encode(encoder, "\xFF"), Ids{255});
}

TEST(BytePairEncoderTest, AListOfMergesDecidesWhatMayMerge) {
  std::vector<std::string> tokens = Bytes();
  tokens.insert(tokens.end(), {"", "bc", "ab", "abc", "cd"});  // 256 is no token
  // "a" + "bc" is not in the list; "cd" comes out of no merge.
  const std::vector<BytePairMerge> merges = {{'b', 'c', 257}, {'a', 'b', 258}, {258, 'c', 259}};
  const BytePairEncoder strict(tokens, merges, /*whole_pieces=*/false);
  EXPECT_EQ(Encode(strict, "abc"), (Ids{'a', 257}));
  EXPECT_EQ(Encode(strict, "cd"), (Ids{'c', 'd'}));
  EXPECT_EQ(Encode(strict, "ab"), Ids{258});
  const BytePairEncoder whole(tokens, merges, /*whole_pieces=*/true);
  EXPECT_EQ(Encode(whole, "abc"), Ids{259});
  EXPECT_EQ(Encode(whole, "cd"), Ids{260});
  EXPECT_EQ(Encode(whole, "cda"), (Ids{'c', 'd', 'a'}));
}

TEST(BytePairEncoderTest, AMillionBytesInOnePiece) {
  std::vector<std::string> tokens = Bytes();
  for (int doublings = 1; doublings <= 6; ++doublings) {
    tokens.push_back(std::string(1 << doublings, 'a'));
  }
  const BytePairEncoder encoder(tokens);
  // A loop over all pairs for each merge would take hours.
  const Ids ids = Encode(encoder, std::string((1 << 20) + 1, 'a'));
  Ids expected((1 << 20) / 64, 261);
  expected.push_back('a');
  EXPECT_EQ(ids, expected);
}

}  // namespace
}  // namespace mneme
