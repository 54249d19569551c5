#include "apps/generate/prompts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

class PromptsTest : public testing::Test {
 protected:
  std::vector<std::string> Read(const std::string& name, const std::string& content) {
    const auto prompts = ReadPrompts(folder_.Write(name, content));
    EXPECT_TRUE(prompts.ok()) << prompts.status();
    return prompts.value_or(std::vector<std::string>());
  }
  // The message behind the file's path.
  std::string Error(const std::string& name, const std::string& content) {
    const std::string path = folder_.Write(name, content);
    const std::string message(ReadPrompts(path).status().message());
    EXPECT_EQ(message.substr(0, path.size()), path);
    return message.substr(path.size());
  }

  TempFolder folder_;
};

using Strings = std::vector<std::string>;

TEST_F(PromptsTest, Lines) {
  EXPECT_EQ(Read("a.txt", "one\r\n\n two \nthree"), (Strings{"one", "", " two ", "three"}));
  EXPECT_EQ(Read("b.txt", "one\n"), (Strings{"one"}));
  EXPECT_EQ(Read("c.txt", "\uFEFFone\n"), (Strings{"one"}));
}

TEST_F(PromptsTest, JsonLines) {
  EXPECT_EQ(
      Read("a.jsonl", "{\"prompt\": \"one\\ntwo\", \"text\": 3}\n\n{\"text\": \"\\u00e9\"}\n"),
      (Strings{"one\ntwo", "\u00E9"}));
}

TEST_F(PromptsTest, Faults) {
  EXPECT_EQ(Error("a.txt", "fine\n\xFF"), ":2: expected a prompt in UTF-8, got other bytes");
  EXPECT_EQ(Error("a.txt", ""), ": there is no prompt in this file");
  EXPECT_EQ(Error("a.txt", "\uFEFF"), ": there is no prompt in this file");
  const std::string no_object = R"(: expected a JSON object with the string "prompt" or "text")";
  EXPECT_EQ(Error("a.jsonl", "{\"text\": 3}"), ":1" + no_object);
  EXPECT_EQ(Error("a.jsonl", "\n[1]\n"), ":2" + no_object);
  EXPECT_EQ(Error("a.jsonl", "{\"text\": \"x\"}\n{"), ":2" + no_object);
  EXPECT_EQ(Error("a.jsonl", "\n\n"), ": there is no prompt in this file");
  EXPECT_FALSE(ReadPrompts("/nowhere/a.txt").ok());
}

}  // namespace
}  // namespace mneme
