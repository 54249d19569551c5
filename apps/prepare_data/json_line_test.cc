#include "apps/prepare_data/json_line.h"

#include <gtest/gtest.h>

#include <string>

#include "nlohmann/json.hpp"

namespace mneme {
namespace {

TEST(JsonLineTest, AParserGivesTheTextBack) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  for (const std::string& text : {all, std::string(), std::string("\n"),
                                  std::string("a \"b\" \\ c"), std::string("é\u2028𝄞")}) {
    std::string line = "left over";
    SetJsonLine(text, &line);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_EQ(nlohmann::json::parse(line).at("text").get<std::string>(), text);
  }
}

TEST(JsonLineTest, EscapesNoMoreThanItMust) {
  std::string line;
  SetJsonLine("tab\t, café/\x7f\x01", &line);
  EXPECT_EQ(line, "{\"text\": \"tab\\t, café/\x7f\\u0001\"}\n");
}

}  // namespace
}  // namespace mneme
