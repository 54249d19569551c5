#include "apps/config/eval_schema.h"

#include <gtest/gtest.h>

#include <string>

#include "apps/config/apply.h"
#include "apps/config/yaml_writer.h"

namespace mneme {
namespace {

class EvalSchemaTest : public ::testing::Test {
 protected:
  std::string Apply(absl::string_view text) {
    const absl::StatusOr<YamlTree> tree = ParseYaml(text, "eval.yaml");
    EXPECT_TRUE(tree.ok()) << tree.status();
    return std::string(ApplyTree(SchemaOf(config_), *tree, &report_).message());
  }

  EvalConfig config_;
  ConfigReport report_;
};

TEST_F(EvalSchemaTest, TasksAreNamesAndMaps) {
  EXPECT_EQ(Apply("harness:\n  tasks:\n  - hellaswag\n  - task: nq_open\n    num_fewshot: 5\n"
                  "  - {task: piqa, limit: 10, file: a.jsonl, fewshot_file: b.jsonl}\n"
                  "  limit: 100\n  data_dir: d\n"),
            "");
  ASSERT_EQ(config_.harness.tasks.size(), 3u);
  EXPECT_EQ(config_.harness.tasks[0].task, "hellaswag");
  EXPECT_FALSE(config_.harness.tasks[0].num_fewshot);
  EXPECT_EQ(config_.harness.tasks[1].task, "nq_open");
  EXPECT_EQ(config_.harness.tasks[1].num_fewshot, 5);
  EXPECT_EQ(config_.harness.tasks[2].limit, 10);
  EXPECT_EQ(config_.harness.tasks[2].file, "a.jsonl");
  EXPECT_EQ(config_.harness.tasks[2].fewshot_file, "b.jsonl");
  EXPECT_EQ(config_.harness.limit, 100);
  EXPECT_EQ(config_.harness.data_dir, "d");

  const std::string yaml = WriteYaml(SchemaOf(config_));
  EvalConfig back;
  const absl::StatusOr<YamlTree> tree = ParseYaml(yaml, "eval.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status() << yaml;
  ASSERT_TRUE(ApplyTree(SchemaOf(back), *tree, &report_).ok()) << yaml;
  EXPECT_EQ(WriteYaml(SchemaOf(back)), yaml);
  EXPECT_EQ(back.harness.tasks[1].num_fewshot, 5);
}

TEST_F(EvalSchemaTest, NamesWithCommas) {
  EXPECT_EQ(Apply("harness: {tasks: 'hellaswag, piqa,nq_open'}"), "");
  ASSERT_EQ(config_.harness.tasks.size(), 3u);
  EXPECT_EQ(config_.harness.tasks[1].task, "piqa");
  EXPECT_EQ(config_.harness.tasks[2].task, "nq_open");
}

TEST_F(EvalSchemaTest, WrongTasks) {
  EXPECT_EQ(Apply("harness: {tasks: [a, {taks: b}]}"),
            "eval.yaml:1: unknown key 'harness.tasks.taks'; did you mean 'harness.tasks.task'?");
  EXPECT_EQ(Apply("harness:\n  tasks:\n  - a\n  - {task: b, limit: 0}"),
            "eval.yaml:4: harness.tasks.limit: expected an integer >= 1, or null, got \"0\"");
  EXPECT_EQ(Apply("harness:\n  tasks:\n  - a\n  - {limit: 3}"),
            "eval.yaml:4: harness.tasks: expected a key 'task' in each map");
  EXPECT_EQ(Apply("harness: {tasks: [[a]]}"),
            "eval.yaml:1: harness.tasks: expected names with commas, or a list of names and maps "
            "such as {task: piqa, limit: 100}, got a list");
  EXPECT_EQ(Apply("harness: {tasks: 'piqa,'}"),
            "eval.yaml:1: harness.tasks: expected names with commas, or a list of names and maps "
            "such as {task: piqa, limit: 100}, got \"piqa,\"");
  EXPECT_EQ(Apply("harness: {tasks: {task: piqa}}"),
            "eval.yaml:1: harness.tasks: expected names with commas, or a list of names and maps "
            "such as {task: piqa, limit: 100}, got a map");
  EXPECT_TRUE(config_.harness.tasks.empty());
  EXPECT_EQ(Apply("harness: {tasks: null}"), "");
}

}  // namespace
}  // namespace mneme
