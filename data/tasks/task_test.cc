#include "data/tasks/task.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

TEST(TaskSpecs, EachIsFoundByItsNameAndComplete) {
  EXPECT_EQ(TaskSpecs().size(), 8);
  for (const TaskSpec& spec : TaskSpecs()) {
    EXPECT_EQ(FindTaskSpec(spec.name), &spec);
    EXPECT_FALSE(spec.files.empty() || spec.layout.empty()) << spec.name;
    EXPECT_TRUE(spec.shots == 0 || !spec.shot_files.empty()) << spec.name;
  }
  EXPECT_EQ(FindTaskSpec("piqua"), nullptr);
}

TEST(FindTaskFile, FirstNameFirstAndTheTasksFolderFirst) {
  TempFolder folder;
  const auto find = [&] {
    return FindTaskFile("toy", {"a.jsonl", "b*.jsonl"}, "lines", folder.path());
  };
  EXPECT_EQ(find().status().message(),
            "task toy: expected a.jsonl or b*.jsonl (lines) in " + folder.path() + " or " +
                folder.path() +
                "/toy, found none; set harness.data_dir to the folder that holds it");
  EXPECT_TRUE(absl::IsNotFound(find().status()));
  folder.Write("xb.jsonl", "");
  EXPECT_FALSE(find().ok());
  const std::string b1 = folder.Write("b1.jsonl", "");
  EXPECT_EQ(find().value(), b1);
  const std::string b2 = folder.Write("b2.jsonl", "");
  EXPECT_EQ(find().status().message(), "task toy: expected one file b*.jsonl, found " + b1 + ", " +
                                           b2 +
                                           "; name the one that is meant: {task: toy, file: NAME}");
  const std::string nested = folder.Write("toy/b3.jsonl", "");
  EXPECT_EQ(find().value(), nested);
  folder.Write("za.jsonl", "");
  const std::string a = folder.Write("a.jsonl", "");
  EXPECT_EQ(find().value(), a);
}

}  // namespace
}  // namespace mneme
