#include "apps/checkpoint/retention.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

using Steps = std::vector<int64_t>;

TEST(Retention, KeepsTheNewest) {
  EXPECT_EQ(ExpiredSteps({30, 10, 20}, {.keep = 1}), (Steps{10, 20}));
  EXPECT_EQ(ExpiredSteps({30, 10, 20}, {.keep = 2}), Steps{10});
  EXPECT_EQ(ExpiredSteps({30, 10, 20}, {.keep = 3}), Steps{});
  EXPECT_EQ(ExpiredSteps({}, {.keep = 1}), Steps{});
}

TEST(Retention, ZeroOrLessKeepsAll) {
  EXPECT_EQ(ExpiredSteps({30, 10, 20}, {.keep = 0}), Steps{});
  EXPECT_EQ(ExpiredSteps({30, 10, 20}, {.keep = -1}), Steps{});
}

TEST(Retention, EvaluatedOnesStayBesides) {
  const Steps steps = {10, 20, 30, 40, 50, 60, 70};
  EXPECT_EQ(ExpiredSteps(steps, {.keep = 1, .eval_every = 30}), (Steps{10, 20, 40, 50}));
  EXPECT_EQ(ExpiredSteps(steps, {.keep = 1, .eval_every = 30, .eval_keep = 1}),
            (Steps{10, 20, 30, 40, 50}));
  EXPECT_EQ(ExpiredSteps(steps, {.keep = 2, .eval_every = 20, .eval_keep = 2}),
            (Steps{10, 20, 30, 50}));
}

}  // namespace
}  // namespace mneme
