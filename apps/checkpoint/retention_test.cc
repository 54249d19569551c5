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
  const auto expired = [&](int64_t keep, int64_t eval_every, int64_t eval_keep) {
    return ExpiredSteps(
        steps, {.keep = keep, .dump_every = 10, .eval_keep = eval_keep, .eval_every = eval_every});
  };
  EXPECT_EQ(expired(1, 30, 0), (Steps{10, 20, 40, 50}));
  EXPECT_EQ(expired(1, 30, 1), (Steps{10, 20, 30, 40, 50}));
  EXPECT_EQ(expired(2, 20, 2), (Steps{10, 20, 30, 50}));
  EXPECT_EQ(expired(0, 20, 1), Steps{}) << "those to go on from all stay";
}

// 25, 50 and 75 are to evaluate only; a signal ended the run at 33.
TEST(Retention, EvaluatedOnesExpireByThemselves) {
  const Steps steps = {20, 25, 33, 40, 50, 60, 75, 80, 100};
  EXPECT_EQ(ExpiredSteps(steps, {.keep = 0, .dump_every = 20, .eval_keep = 1, .eval_every = 25}),
            (Steps{25, 50, 75}));
  EXPECT_EQ(ExpiredSteps(steps, {.keep = 2, .dump_every = 20, .eval_keep = 2, .eval_every = 25}),
            (Steps{20, 25, 33, 40, 50, 60}));
  EXPECT_EQ(ExpiredSteps({25, 50, 57}, {.keep = 1, .eval_keep = 1, .eval_every = 25}), Steps{25});
}

}  // namespace
}  // namespace mneme
