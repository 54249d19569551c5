#include "apps/config/yaml_tree.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

std::string ErrorOf(absl::string_view text) {
  return std::string(ParseYaml(text, "run.yaml").status().message());
}

const YamlTree& At(const YamlTree& tree, absl::string_view key) {
  for (size_t i = 0; i < tree.keys.size(); ++i) {
    if (tree.keys[i] == key) return tree.items[i];
  }
  ADD_FAILURE() << "no key " << key;
  return tree;
}

TEST(YamlTreeTest, KeepsTextAndPlaces) {
  const absl::StatusOr<YamlTree> tree = ParseYaml(
      "steps: 128_000\nmodel:\n  dim:\n    64\n  layers: \"4\"\n  list: [a,\n         {b: ~}]\n",
      "run.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_EQ(At(*tree, "steps").scalar, "128_000");
  EXPECT_FALSE(At(*tree, "steps").is_text);
  EXPECT_EQ(At(*tree, "steps").place, "run.yaml:1");
  const YamlTree& model = At(*tree, "model");
  // A value is where its key is, which is where a reader looks for it.
  EXPECT_EQ(At(model, "dim").place, "run.yaml:3");
  EXPECT_TRUE(At(model, "layers").is_text);
  const YamlTree& list = At(model, "list");
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[1].place, "run.yaml:7");
  EXPECT_EQ(At(list.items[1], "b").kind, YamlTree::Kind::kNull);
}

TEST(YamlTreeTest, NullIsEveryPlainSpellingOfIt) {
  for (const char* text : {"a: null", "a: ~", "a: NULL", "a: Null", "a:", "a: "}) {
    const absl::StatusOr<YamlTree> tree = ParseYaml(text, "run.yaml");
    ASSERT_TRUE(tree.ok()) << text;
    EXPECT_EQ(At(*tree, "a").kind, YamlTree::Kind::kNull) << text;
  }
  const absl::StatusOr<YamlTree> quoted =
      ParseYaml("a: \"null\"\nb: !!str null\nc: ''", "run.yaml");
  ASSERT_TRUE(quoted.ok());
  for (const YamlTree& item : quoted->items) EXPECT_EQ(item.kind, YamlTree::Kind::kScalar);
}

TEST(YamlTreeTest, AnEmptyDocumentIsNull) {
  for (const char* text : {"", "\n", "# a comment", "---\n", "...\n"}) {
    const absl::StatusOr<YamlTree> tree = ParseYaml(text, "run.yaml");
    ASSERT_TRUE(tree.ok()) << text << tree.status();
    EXPECT_EQ(tree->kind, YamlTree::Kind::kNull) << text;
  }
}

TEST(YamlTreeTest, MergeKeysGiveWayToOwnKeys) {
  const absl::StatusOr<YamlTree> tree = ParseYaml(
      "base: &base {x: 1, y: 2}\nother: &other {z: 3}\nuse: {<<: [*base, *other], y: 4}\n",
      "run.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  const YamlTree& use = At(*tree, "use");
  EXPECT_EQ(use.keys.size(), 3u);
  EXPECT_EQ(At(use, "x").scalar, "1");
  EXPECT_EQ(At(use, "y").scalar, "4");
  EXPECT_EQ(At(use, "z").scalar, "3");
}

TEST(YamlTreeTest, BrokenYamlSaysWhereAndWhy) {
  EXPECT_EQ(ErrorOf("a: 1\nmodel:\n\tdim: 3\n"), "run.yaml:3:5: not valid YAML: illegal map value");
  EXPECT_EQ(ErrorOf("a: {b: 3\n"), "run.yaml:1: not valid YAML: end of map flow not found");
  EXPECT_EQ(ErrorOf("a: @x\n"), "run.yaml:1:4: not valid YAML: unknown token");
  EXPECT_EQ(ErrorOf("a: *x\n"),
            "run.yaml:1:4: not valid YAML: the referenced anchor is not defined");
}

TEST(YamlTreeTest, AnUnclosedQuoteDoesNotSwallowTheRest) {
  const std::string expected =
      "run.yaml:2: not valid YAML: the quote that opens here is never closed";
  EXPECT_EQ(ErrorOf("a: 1\nb: \"x\nc: 3\n"), expected);
  EXPECT_EQ(ErrorOf("a: 1\nb: 'x"), expected);
  EXPECT_EQ(ErrorOf("a: 1\nb: \"x\\"), expected);
  EXPECT_TRUE(ParseYaml("a: |\n  \"x\n", "run.yaml").ok());
}

TEST(YamlTreeTest, RefusesWhatAConfigurationHasNot) {
  EXPECT_EQ(ErrorOf("steps: 3\n# twice\nsteps: 4\n"),
            "run.yaml:3: key 'steps' is given twice, first at run.yaml:1; remove one");
  EXPECT_EQ(ErrorOf("a: {b: 1, b: 1}"),
            "run.yaml:1: key 'b' is given twice, first at run.yaml:1; remove one");
  EXPECT_EQ(ErrorOf("---\na: 1\n---\nb: 2\n"),
            "run.yaml:4: a second document starts here (after ---); "
            "a configuration is one document");
  EXPECT_EQ(ErrorOf("? [a]\n: b\n"), "run.yaml:1: a key must be a word, not a list or a map");
  EXPECT_EQ(ErrorOf("a: {<<: 3}\n"), "run.yaml:1: << merges a map or a list of maps, got \"3\"");
  EXPECT_EQ(ErrorOf("a: &a [*a]\n"),
            "run.yaml:1: nested too deeply for a configuration; is an alias endless?");
}

TEST(YamlTreeTest, HugeNestingIsAnErrorAndNoCrash) {
  EXPECT_FALSE(ParseYaml(std::string(1'000'000, '['), "run.yaml").ok());
  std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = absl::StrCat("*a", i - 1, ", ");
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [", before, before, before, before, before, "1]\n");
  }
  EXPECT_FALSE(ParseYaml(bomb, "run.yaml").ok());
}

TEST(YamlTreeTest, AnArgumentIsItsOwnPlace) {
  EXPECT_EQ(ParseYamlArgument("{a: [1", "argument 'x={a: [1'").status().message(),
            "argument 'x={a: [1': not valid YAML: end of sequence flow not found");
  const absl::StatusOr<YamlTree> tree = ParseYamlArgument("[1, {a: 2}]", "argument 'x=..'");
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->items[1].items[0].place, "argument 'x=..'");
}

TEST(YamlTreeTest, ShownIsShort) {
  EXPECT_EQ(Shown(YamlTree::Text("a\nb")), "\"a\\nb\"");
  EXPECT_EQ(Shown(YamlTree::Text(std::string(500, 'x'))).size(), 85u);
  EXPECT_EQ(Shown(YamlTree()), "null");
}

}  // namespace
}  // namespace mneme
