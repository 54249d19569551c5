#include "apps/checkpoint/match.h"

#include <gtest/gtest.h>

#include "apps/checkpoint/test_run.h"

namespace mneme {
namespace {

TEST(Match, NamesTheFirstDifference) {
  TestRun run;
  const TestModel model(3);
  ASSERT_TRUE(model.Write(run.path()).ok());
  const auto checkpoint = Checkpoint::Open(run.Checkpoint(3), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const std::string where = absl::StrCat("in checkpoint '", run.Checkpoint(3), "'");

  std::vector<ExpectedTensor> expected;
  for (const SafetensorsItem& item : model.contents().model) {
    expected.push_back({item.name, item.shape});
  }
  const auto error = [&] {
    return std::string(MatchTensors(*checkpoint, Holds::kModel, expected).message());
  };
  EXPECT_EQ(error(), "");

  expected[4].shape = {10, 1001};
  EXPECT_EQ(error(), "layers.1.values.weight is [5, 1001] " + where + ", [10, 1001] in this model");
  expected[1].shape = {3, 1};
  EXPECT_EQ(error(), "norm.weight is [3] " + where + ", [3, 1] in this model");
  expected[0] = {"norm.weight.exp_avg", {3}};  // there, but no tensor of the model
  EXPECT_EQ(error(), "norm.weight.exp_avg is missing " + where + ", [3] in this model");
}

TEST(Match, NamesATensorTooMany) {
  TestRun run;
  ASSERT_TRUE(TestModel(3).Write(run.path()).ok());
  const auto checkpoint = Checkpoint::Open(run.Checkpoint(3), Verify::kSizes);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(MatchTensors(*checkpoint, Holds::kOptimizer, {{"norm.weight.exp_avg", {3}}}).message(),
            absl::StrCat("layers.1.values.weight.exp_avg is [5, 1001] in checkpoint '",
                         run.Checkpoint(3), "', and this model has no such tensor"));
}

}  // namespace
}  // namespace mneme
