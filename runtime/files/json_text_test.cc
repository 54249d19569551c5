#include "runtime/files/json_text.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(JsonTextTest, AnyBytesBecomeUtf8) {
  EXPECT_EQ(JsonText(nlohmann::json("caf\u00E9 \xFF\n")), "\"caf\u00E9 \uFFFD\\n\"");
}

TEST(JsonTextTest, Indent) {
  const nlohmann::ordered_json json = {{"b", 1}, {"a", 2}};
  EXPECT_EQ(JsonText(json), R"({"b":1,"a":2})");
  EXPECT_EQ(JsonText(json, 1), "{\n \"b\": 1,\n \"a\": 2\n}");
}

}  // namespace
}  // namespace mneme
