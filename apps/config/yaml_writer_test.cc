#include "apps/config/yaml_writer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "apps/config/apply.h"

namespace mneme {
namespace {

struct Config {
  std::string name = "run";
  std::vector<std::string> until;
  double lr = 1e-4;
  std::optional<int64_t> heads;
  bool fast = false;
};

void Describe(Section& s, Config& c) {
  s.Add("name", c.name, "of the run");
  Section sub = s.Sub("sub", "a section");
  sub.Add("until", c.until, "");
  sub.Add("lr", c.lr, {}, "a rate");
  Section deep = sub.Sub("deep", "a section in it");
  deep.Add("heads", c.heads, {}, "");
  s.Add("fast", c.fast, "speed");
}

TEST(YamlWriterTest, BlocksWithMeanings) {
  Config config{.until = {"\n", "."}};
  EXPECT_EQ(WriteYaml(SchemaOf(config)),
            "name: run                               # of the run\n"
            "sub:\n"
            "  until: [\"\\n\", .]\n"
            "  lr: 0.0001                            # a rate\n"
            "  deep:\n"
            "    heads: null\n"
            "fast: false                             # speed\n");
}

TEST(YamlWriterTest, Json) {
  Config config{.name = "a \"b\"\\", .until = {"\n", "\x01"}, .lr = 2e-7};
  EXPECT_EQ(WriteJson(SchemaOf(config)),
            "{\n"
            "  \"name\": \"a \\\"b\\\"\\\\\",\n"
            "  \"sub\": {\n"
            "    \"until\": [\n"
            "      \"\\n\",\n"
            "      \"\\u0001\"\n"
            "    ],\n"
            "    \"lr\": 2.0e-07,\n"
            "    \"deep\": {\n"
            "      \"heads\": null\n"
            "    }\n"
            "  },\n"
            "  \"fast\": false\n"
            "}\n");
}

TEST(YamlWriterTest, AwkwardTextsComeBackTheSame) {
  const std::vector<std::string> texts = {"",           " ",         "a b",
                                          "null",       "~",         "true",
                                          "No",         "12",        "1e5",
                                          ".5",         "-",         "--",
                                          "- a",        "a: b",      "a:",
                                          "#x",         "a #b",      "\"",
                                          "'",          "\\",        "\\n",
                                          "\n",         "a\n\nb",    "\t",
                                          "\r\n",       "\x01\x7f",  "{a: b}",
                                          "[a]",        "*a",        "&a",
                                          "!t",         "%a",        "@a",
                                          "`a",         "|",         ">",
                                          "?",          "? a",       "é 日本 🦢",
                                          "...",        "---",       ".nan",
                                          ".INF",       "y",         "0x1F",
                                          "010",        "1:30",      "<<",
                                          "=",          "/a/b.c",    "./a",
                                          "~/a",        "a-b_c",     "-x",
                                          "2024-01-01", "trailing ", " leading",
                                          "\u0085",     "\u2028",    "a\\"};
  for (const std::string& text : texts) {
    const Config start{.name = text, .until = {text, "x", text}};
    for (const bool json : {false, true}) {
      Config config = start;
      const std::string written = json ? WriteJson(SchemaOf(config)) : WriteYaml(SchemaOf(config));
      Config back;
      ConfigReport report;
      const absl::StatusOr<YamlTree> tree = ParseYaml(written, "run.yaml");
      ASSERT_TRUE(tree.ok()) << tree.status() << written;
      ASSERT_TRUE(ApplyTree(SchemaOf(back), *tree, &report).ok()) << written;
      EXPECT_EQ(back.name, text) << written;
      EXPECT_EQ(back.until, start.until) << written;
    }
  }
}

TEST(YamlWriterTest, PlainWhereThatIsSafe) {
  EXPECT_EQ(QuotedIfNeeded("hellaswag"), "hellaswag");
  EXPECT_EQ(QuotedIfNeeded("runs/a.b"), "runs/a.b");
  EXPECT_EQ(QuotedIfNeeded("off"), "\"off\"");
  EXPECT_EQ(QuotedIfNeeded("373_x"), "\"373_x\"");
}

}  // namespace
}  // namespace mneme
