#include "apps/tokenizer/run.h"

#include <gtest/gtest.h>

#include <sstream>
#include <streambuf>

namespace mneme {
namespace {

class TokenizerRunTest : public testing::Test {
 protected:
  // What the program writes, or its error.
  std::string Run(const std::vector<std::string>& operands, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    const absl::Status status = RunTokenizer(args_, operands, in, out);
    return status.ok() ? out.str() : std::string(status.message());
  }

  TokenizerArgs args_;
};

TEST_F(TokenizerRunTest, EncodesOperandsTextAndInput) {
  EXPECT_EQ(Run({"encode", "ab", "c"}), "97 98 32 99\n");
  EXPECT_EQ(Run({"encode"}, "ab\n"), "97 98 10\n");
  EXPECT_EQ(Run({"encode"}, ""), "\n");
  args_.text = "x=1";
  args_.bos = args_.eos = true;
  EXPECT_EQ(Run({"encode"}, "not read"), "256 120 61 49 257\n");
  EXPECT_EQ(Run({"encode", "a"}),
            "there is a text both as text= and as an operand; give one of them");
}

TEST_F(TokenizerRunTest, PiecesShowTheirText) {
  args_.pieces = args_.bos = true;
  EXPECT_EQ(Run({"encode", "a\n\""}), "256\t\"\"\n97\t\"a\"\n10\t\"\\n\"\n34\t\"\\\"\"\n");
  args_ = {.tokenizer = {"sp", "data/tokenizer/testdata/tiny_bpe.model"}, .pieces = true};
  EXPECT_EQ(Run({"encode", "of \u00E9"}),
            "266\t\" of\"\n523\t\" \"\n198\t\"\\xc3\"\n172\t\"\\xa9\"\n");
}

TEST_F(TokenizerRunTest, DecodesWhatItEncoded) {
  const std::string text = "naïve\t한\n";
  EXPECT_EQ(Run({"decode"}, Run({"encode"}, text)), text);
  EXPECT_EQ(Run({"decode", "97", "98"}), "ab");
  EXPECT_EQ(Run({"decode"}, "[256, 97, 257]\n"), "a");
  EXPECT_EQ(Run({"decode"}, ""), "");
  const std::string end = " is no token id; expected 0 to 257, with spaces between";
  EXPECT_EQ(Run({"decode", "97", "258"}), "'258'" + end);
  EXPECT_EQ(Run({"decode", "-1"}), "'-1'" + end);
  EXPECT_EQ(Run({"decode", "a"}), "'a'" + end);
}

TEST_F(TokenizerRunTest, Counts) {
  args_.eos = true;
  EXPECT_EQ(Run({"count", "abc"}), "4 tokens, 3 bytes, 0.75 bytes a token\n");
  args_.eos = false;
  EXPECT_EQ(Run({"count"}, ""), "0 tokens, 0 bytes\n");
}

TEST_F(TokenizerRunTest, ReadsDocuments) {
  args_.jsonl = true;
  EXPECT_EQ(Run({"encode"}, "{\"text\": \"a\\n\"}\n{\"content\": \"b\"}\n"), "97 10\n98\n");
  EXPECT_EQ(Run({"count"}, "{\"text\": \"a\\n\"}\n{\"content\": \"b\"}"),
            "2 documents, 3 tokens, 3 bytes, 1.00 bytes a token\n");
  EXPECT_EQ(
      Run({"count"}, "{\"text\": \"a\"}\n{}\n"),
      "line 2: no string under \"text\" or \"content\"; expected {\"text\": ...} in each line");
}

TEST_F(TokenizerRunTest, DocumentsAreReadAsInTraining) {
  args_.jsonl = true;
  EXPECT_EQ(Run({"encode"}, "\uFEFF{\"text\": \"a\"}\n \r\n{\"text\": \"b\"}\n\n"), "97\n98\n");
  EXPECT_EQ(Run({"count", "a"}),
            "jsonl=true reads documents from standard input; leave out text= and operands");
  EXPECT_EQ(Run({"decode"}, "97"), "decode reads ids; leave out jsonl");
  args_.text = "a";
  EXPECT_EQ(Run({"encode"}),
            "jsonl=true reads documents from standard input; leave out text= and operands");
}

// As of a folder: its first byte cannot be read.
class BrokenBuffer : public std::streambuf {
  int_type underflow() override { throw std::ios_base::failure("broken"); }
};

TEST_F(TokenizerRunTest, InputThatCannotBeReadIsAnError) {
  for (const bool jsonl : {false, true}) {
    args_.jsonl = jsonl;
    BrokenBuffer buffer;
    std::istream in(&buffer);
    std::ostringstream out;
    EXPECT_EQ(RunTokenizer(args_, {"count"}, in, out).message(), "standard input cannot be read");
    EXPECT_EQ(out.str(), "");
  }
}

TEST_F(TokenizerRunTest, SaysWhatItExpects) {
  EXPECT_EQ(Run({}), "expected a command, encode, decode or count, got ''; see --help");
  EXPECT_EQ(Run({"tokenise"}),
            "expected a command, encode, decode or count, got 'tokenise'; see --help");
  EXPECT_EQ(Run({"encode", "\xFF"}), "expected text in UTF-8");
  args_.tokenizer.name = "sp";
  EXPECT_EQ(Run({"encode", "a"}), "the tokenizer sp reads a file; set its path");
}

}  // namespace
}  // namespace mneme
