#include "data/tokenizer/sp_tokenizer.h"

#include <gtest/gtest.h>

#include "data/testing/temp_folder.h"
#include "data/tokenizer/sentence_piece_model.h"
#include "runtime/files/file_util.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

std::unique_ptr<const SpTokenizer> Load(const std::string& file) {
  auto tokenizer = SpTokenizer::Load("data/tokenizer/testdata/" + file);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

// Ids are what spm_encode prints.
TEST(SpTokenizerTest, GivesTheLibrarysIdsAndTheTextBack) {
  const auto tokenizer = Load("tiny_bpe.model");
  EXPECT_EQ(tokenizer->vocab_size(), 600);
  EXPECT_EQ(tokenizer->name(), "sp");
  EXPECT_EQ(tokenizer->Encode("the genus of owls", true, true),
            (Ids{1, 270, 306, 278, 304, 266, 263, 543, 533, 531, 2}));
  EXPECT_EQ(tokenizer->Encode("  two  spaces ", false, false),
            (Ids{259, 275, 543, 527, 259, 531, 540, 313, 284, 523}));
  EXPECT_EQ(tokenizer->Encode("naïve 한국어 😀", false, false),
            (Ids{344, 526, 198, 178, 323, 523, 240, 152, 159, 237,
                 184, 176, 239, 153, 183, 523, 243, 162, 155, 131}));
  for (const std::string text : {"", " ", "a", "  two  spaces ", "naïve 한국어 😀", "\n\tx\r\n",
                                 "\u2581", "<s> </s> <0x41>"}) {
    const Ids ids = tokenizer->Encode(text, true, true);
    // U+2581 is what the model has for a space.
    EXPECT_EQ(tokenizer->Decode(ids), text == "\u2581" ? " " : text);
  }
}

TEST(SpTokenizerTest, ATokenAtATimeIsTheSameTextBehindOthers) {
  const auto tokenizer = Load("tiny_bpe.model");
  const Ids ids = tokenizer->Encode("of owls 한", false, false);
  std::string text;
  for (const int32_t id : ids) text += std::string(tokenizer->TokenBytes(id));
  EXPECT_EQ(text, " of owls 한");  // the space is what the model puts before a text
  EXPECT_EQ(tokenizer->DecodeContinuation(ids), text);
  EXPECT_EQ(tokenizer->Decode(ids), "of owls 한");
  EXPECT_EQ(tokenizer->TokenBytes(tokenizer->bos_id()), "");
  EXPECT_EQ(tokenizer->TokenBytes(600), "");
  // A character may be cut.
  EXPECT_EQ(tokenizer->DecodeContinuation(absl::MakeConstSpan(ids).last(2)), "\x95\x9C");
}

TEST(SpTokenizerTest, PieceByPieceIsWhatTheLibraryMakesOfTheWhole) {
  const auto tokenizer = Load("tiny_bpe.model");
  const auto contents = ReadFile("data/tokenizer/testdata/tiny_bpe.model");
  const auto model = SentencePieceModel::Parse(*contents);
  ASSERT_TRUE(model->may_cut_before_spaces());
  EXPECT_TRUE(model->may_cut_between('s', ',') && model->may_cut_between('\n', 'a'));
  EXPECT_FALSE(model->may_cut_between('t', 'h') || model->may_cut_between('s', ' ') ||
               model->may_cut_between('\xC3', '\xA9'));
  PhiloxStream random(MakePhiloxKey(1, HashName("sp_tokenizer_test")));
  for (int round = 0; round < 2000 && !HasFailure(); ++round) {
    constexpr const char* kParts[] = {" ",
                                      " ",
                                      " ",
                                      "the",
                                      "owl",
                                      "s",
                                      ",",
                                      ".",
                                      "()",
                                      "<s>",
                                      "<0x0A>",
                                      "\t",
                                      "\r\n",
                                      "7",
                                      "\n",
                                      "é",
                                      "한",
                                      "\u2581",
                                      "of a long-eared-and-short-tailed-kind"};
    std::string text;
    for (int64_t parts = random.Below(12); parts > 0; --parts) {
      text += kParts[random.Below(std::size(kParts))];
    }
    EXPECT_EQ(tokenizer->Encode(text, false, false), model->Encode(text)) << "'" << text << "'";
  }
}

TEST(SpTokenizerTest, AModelThatDropsSpacesEncodesTextWhole) {
  const auto contents = ReadFile("data/tokenizer/testdata/tiny_unigram.model");
  const auto model = SentencePieceModel::Parse(*contents);
  EXPECT_FALSE(model->may_cut_before_spaces());
  const auto tokenizer = Load("tiny_unigram.model");
  EXPECT_EQ(tokenizer->Encode("  a   b ", false, false), model->Encode("  a   b "));
  EXPECT_EQ(tokenizer->Decode(tokenizer->Encode("  a   b ", false, false)), "a b");
}

TEST(SpTokenizerTest, AModelWithoutBosBeginsTextsWithEos) {
  const auto tokenizer = Load("tiny_unigram.model");
  EXPECT_EQ(tokenizer->bos_id(), tokenizer->eos_id());
  const Ids ids = tokenizer->Encode("the genus of owls 한", true, false);
  EXPECT_EQ(ids, (Ids{2, 5, 85, 49, 127, 7, 1, 19, 48, 17, 3, 1, 0}));
  EXPECT_EQ(tokenizer->Decode(ids), "the genus of owls  \u2047 ");
}

TEST(SpTokenizerTest, RefusesOtherFiles) {
  const TempFolder folder;
  const std::string path = folder.Write("x.model", "no model");
  EXPECT_EQ(std::string(SpTokenizer::Load(path).status().message()),
            path + ": expected a SentencePiece model, as spm_train writes it");
  EXPECT_FALSE(SpTokenizer::Load(folder.Write("y.model", "")).ok());
  EXPECT_FALSE(SpTokenizer::Load(folder.File("none")).ok());
}

}  // namespace
}  // namespace mneme
