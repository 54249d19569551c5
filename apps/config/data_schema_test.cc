#include "apps/config/data_schema.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "apps/config/apply.h"
#include "apps/config/yaml_writer.h"

namespace mneme {
namespace {

using Sources = std::map<std::string, double>;

class DataSchemaTest : public ::testing::Test {
 protected:
  std::string Apply(absl::string_view argument) {
    return std::string(ApplyArgument(SchemaOf(config_), argument, &report_).message());
  }

  DataConfig config_;
  ConfigReport report_;
};

TEST_F(DataSchemaTest, SourcesReplaceAsAWholeAndAddOneByOne) {
  EXPECT_EQ(Apply("sources={b: 2, a_1.0: 1e-1}"), "");
  EXPECT_EQ(config_.sources, (Sources{{"a_1.0", 0.1}, {"b", 2.0}}));
  EXPECT_EQ(Apply("sources.dclm_baseline_1.0=3"), "");
  EXPECT_EQ(Apply("sources.b=4"), "");
  EXPECT_EQ(config_.sources, (Sources{{"a_1.0", 0.1}, {"b", 4.0}, {"dclm_baseline_1.0", 3.0}}));
  EXPECT_EQ(Apply("sources=[x, y/z.txt]"), "");
  EXPECT_EQ(config_.sources, (Sources{{"x", 1.0}, {"y/z.txt", 1.0}}));
  EXPECT_EQ(Apply("sources=/a/b*.jsonl"), "");
  EXPECT_EQ(config_.sources, (Sources{{"/a/b*.jsonl", 1.0}}));
  EXPECT_TRUE(report_.set_keys.contains("sources"));
}

TEST_F(DataSchemaTest, WrongWeights) {
  EXPECT_EQ(Apply("sources={a: 1, b: x}"),
            "argument 'sources={a: 1, b: x}': sources.b: expected a number > 0, got \"x\"");
  EXPECT_EQ(Apply("sources={a: 0}"),
            "argument 'sources={a: 0}': sources.a: expected a number > 0, got \"0\"");
  EXPECT_EQ(Apply("sources.a=-1"),
            "argument 'sources.a=-1': sources.a: expected a number > 0, got \"-1\"");
  EXPECT_EQ(Apply("sources.a=[1]"),
            "argument 'sources.a=[1]': sources.a: expected a number > 0, got a list");
  EXPECT_EQ(Apply("sources=[[a]]"),
            "argument 'sources=[[a]]': sources: expected source names with weights > 0, such as "
            "{books: 2, news: 1}, got a list");
  EXPECT_EQ(config_.sources, (Sources{{"wordnet", 1.0}}));
}

TEST_F(DataSchemaTest, ViewsAreInputAndTarget) {
  EXPECT_EQ(Apply("n_views=1"),
            "argument 'n_views=1': n_views: expected an integer >= 2 and <= 64, got \"1\"");
}

TEST_F(DataSchemaTest, AwkwardSourceNamesComeBackTheSame) {
  config_.sources = {{"a b: c", 1.5}, {"x.y", 2}, {"true", 3}, {"é\"", 1e-9}, {"12", 1}};
  const absl::StatusOr<YamlTree> tree = ParseYaml(WriteYaml(SchemaOf(config_)), "run.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  DataConfig back;
  ASSERT_TRUE(ApplyTree(SchemaOf(back), *tree, &report_).ok());
  EXPECT_EQ(back.sources, config_.sources);
}

}  // namespace
}  // namespace mneme
