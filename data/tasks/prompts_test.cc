#include "data/tasks/prompts.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

const TaskSpec kSpec = {.name = "toy", .description = "Go.\n", .shot_separator = "|"};

std::vector<TaskDocument> Documents(int64_t count) {
  std::vector<TaskDocument> documents;
  for (int64_t i = 0; i < count; ++i) {
    documents.push_back(
        {.query = absl::StrCat("q", i), .targets = {"no", absl::StrCat("t", i)}, .gold = 1});
  }
  return documents;
}

TEST(MakePrompts, WithoutExamplesNothingIsDrawn) {
  const auto prompts = MakePrompts(kSpec, Documents(2), {}, 0);
  ASSERT_TRUE(prompts.ok()) << prompts.status();
  EXPECT_EQ(*prompts, (std::vector<std::string>{"Go.\nq0", "Go.\nq1"}));
}

// random.Random(1234) samples [57767, 15315, 981, ...], then [11001, ...] of 87,925 rows.
TEST(MakePrompts, OneStreamForAllDocuments) {
  const std::vector<TaskDocument> pool = Documents(87925);
  const std::vector<TaskDocument> asked = {{.query = "a", .targets = {"x"}},
                                           {.query = "b", .targets = {"x"}}};
  const auto prompts = MakePrompts(kSpec, asked, pool, 5);
  ASSERT_TRUE(prompts.ok()) << prompts.status();
  EXPECT_EQ((*prompts)[0],
            "Go.\nq57767 t57767|q15315 t15315|q981 t981|q11880 t11880|q76313 t76313|a");
  EXPECT_EQ((*prompts)[1],
            "Go.\nq11001 t11001|q12900 t12900|q46482 t46482|q31039 t31039|q2284 t2284|b");
}

TEST(MakePrompts, ADocumentIsNoExampleForItself) {
  const std::vector<TaskDocument> documents = Documents(6);
  const auto prompts = MakePrompts(kSpec, documents, documents, 5);
  ASSERT_TRUE(prompts.ok()) << prompts.status();
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 6; ++j) {
      EXPECT_EQ(absl::StrContains((*prompts)[i], absl::StrCat("q", j, " ")), i != j) << i << j;
    }
  }
}

TEST(MakePrompts, TooFewExamples) {
  EXPECT_EQ(MakePrompts(kSpec, Documents(1), Documents(5), 5).status().message(),
            "task toy: num_fewshot = 5 needs 6 examples to draw from, but the file of examples "
            "has 5; lower num_fewshot, or name a longer file as the task's fewshot_file");
  TaskSpec spec = kSpec;
  spec.spare_shots = 0;
  EXPECT_TRUE(MakePrompts(spec, Documents(1), Documents(5), 5).ok());
}

}  // namespace
}  // namespace mneme
