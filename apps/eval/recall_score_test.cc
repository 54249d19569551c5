#include "apps/eval/recall_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mneme {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(RecallScore, TheLikeliestIsChosen) {
  RecallScore score;
  score.Add({-5.0, -6.0, -7.0}, {10, 10, 10});
  score.Add({-6.5, -6.0, -7.0}, {10, 10, 10});
  score.Add({-6.5, -7.0, -6.0}, {10, 10, 10});
  EXPECT_EQ(score.total.questions, 3);
  EXPECT_EQ(score.total.right, 1);
  EXPECT_EQ(score.per_byte.questions, 3);
  EXPECT_EQ(score.per_byte.right, 1);
  EXPECT_EQ(score.glosses, 9);
}

TEST(RecallScore, LengthsCountForTheScorePerByteAlone) {
  RecallScore score;
  score.Add({-20.0, -10.0}, {40, 10});  // 0.5 nats a byte against 1
  EXPECT_EQ(score.total.right, 0);
  EXPECT_EQ(score.per_byte.right, 1);
  score.Add({-10.0, -20.0}, {10, 40});
  EXPECT_EQ(score.total.right, 1);
  EXPECT_EQ(score.per_byte.right, 1);
}

TEST(RecallScore, TiesAndNanAreNeverRight) {
  RecallScore score;
  score.Add({-5.0, -5.0}, {10, 10});
  score.Add({kNan, kNan}, {10, 10});
  score.Add({-5.0, kNan}, {10, 10});
  score.Add({kNan, -5.0}, {10, 10});
  EXPECT_EQ(score.total.questions, 4);
  EXPECT_EQ(score.total.right, 0);
  EXPECT_EQ(score.per_byte.right, 0);
}

TEST(Accuracy, ShareAndStandardError) {
  const Accuracy accuracy = {.right = 20, .questions = 80};
  EXPECT_DOUBLE_EQ(accuracy.share(), 0.25);
  EXPECT_DOUBLE_EQ(accuracy.standard_error(), std::sqrt(0.25 * 0.75 / 80.0));
  EXPECT_EQ((Accuracy{.right = 3, .questions = 3}).standard_error(), 0.0);
}

}  // namespace
}  // namespace mneme
