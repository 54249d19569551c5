#include "data/tokenizer/tiktoken_file.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/testing/temp_folder.h"
#include "nlohmann/json.hpp"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

constexpr char kR50k[] = "data/tokenizer/testdata/r50k_base.tiktoken";

// A rank file of the 256 bytes, in reverse, and `more`.
std::string RankFile(const std::vector<std::string>& more) {
  std::string file;
  for (int i = 0; i < 256; ++i) {
    const char byte = static_cast<char>(255 - i);
    absl::StrAppend(&file, absl::Base64Escape(absl::string_view(&byte, 1)), " ", i, "\n");
  }
  for (size_t i = 0; i < more.size(); ++i) {
    absl::StrAppend(&file, absl::Base64Escape(more[i]), " ", 256 + i, "\n");
  }
  return file;
}

TEST(TiktokenFileTest, GivesTiktokensIdsAndTheTextBack) {
  const auto tokenizer = LoadTiktoken(kR50k);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->vocab_size(), 50257);
  const auto golden = ReadFile("data/tokenizer/testdata/r50k_base.json");
  ASSERT_TRUE(golden.ok()) << golden.status();
  int64_t texts = 0;
  for (const auto& example : nlohmann::json::parse(*golden)) {
    const std::string text = example["text"];
    const Ids ids = (*tokenizer)->Encode(text, false, false);
    EXPECT_EQ(ids, example["ids"].get<Ids>()) << text;
    EXPECT_EQ((*tokenizer)->Decode(ids), text);
    EXPECT_EQ((*tokenizer)->TextBytes(ids), text.size());
    ++texts;
  }
  EXPECT_EQ(texts, 39);
}

TEST(TiktokenFileTest, SpecialTokensAreNeverMadeOfTextAndGiveNone) {
  const auto tokenizer = LoadTiktoken(kR50k);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->Encode("a", true, true), (Ids{50256, 64, 50256}));
  EXPECT_EQ((*tokenizer)->Decode({50256, 64, 50256, 50257, -1}), "a");
  const Ids ids = (*tokenizer)->Encode("<|endoftext|>", false, false);
  EXPECT_GT(ids.size(), 1);
  EXPECT_EQ((*tokenizer)->Decode(ids), "<|endoftext|>");
}

TEST(TiktokenFileTest, AnotherFileIsLlama3s) {
  const TempFolder folder;
  const auto tokenizer =
      LoadTiktoken(folder.Write("tiny.model", RankFile({"th", "he", "the", " the"})));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->vocab_size(), 260 + 256);
  EXPECT_EQ((*tokenizer)->bos_id(), 260);
  EXPECT_EQ((*tokenizer)->eos_id(), 261);
  // Digits are cut in threes, which the file's tokens cannot show; words are.
  EXPECT_EQ((*tokenizer)->Encode("the the", true, true), (Ids{260, 258, 259, 261}));
  EXPECT_EQ((*tokenizer)->Encode("hthe", false, false), (Ids{255 - 'h', 258}));
  EXPECT_EQ((*tokenizer)->TokenBytes(259), " the");
}

TEST(TiktokenFileTest, TellsWhatIsWrongWithAFile) {
  const TempFolder folder;
  const auto error = [&](const std::string& content) {
    const std::string message(ReadRankFile(folder.Write("ranks", content)).status().message());
    EXPECT_EQ(message.rfind(folder.File("ranks") + ":", 0), 0) << message;
    return message.substr(folder.File("ranks").size());
  };
  const std::string good = RankFile({});
  EXPECT_EQ(error(good + "!! 256\n"),
            ":257: expected a token in base64, a space and its rank, as in tiktoken's files");
  EXPECT_NE(error(good + "YWI=\n").find(":257: expected a token"), std::string::npos);
  EXPECT_NE(error(good + "YWI= -1\n").find(":257: expected a token"), std::string::npos);
  EXPECT_NE(error(good + "\nYWI= 257\n").find(":257: expected a token"), std::string::npos);
  EXPECT_EQ(error(good + "YWI= 3\n"), ":257: expected each rank from 0 to 256 once, got another 3");
  EXPECT_EQ(error(good + "YWI= 300\n"),
            ":257: expected each rank from 0 to 256 once, got another 300");
  EXPECT_EQ(error(good + "YQ== 256\n"), ":257: this token has been in a line before");
  EXPECT_EQ(error(""), ": no token is the byte 0x00; expected one for each of the 256 bytes");
  EXPECT_NE(std::string(ReadRankFile(folder.File("none")).status().message()).find("none"),
            std::string::npos);
}

}  // namespace
}  // namespace mneme
