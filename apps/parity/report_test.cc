#include "apps/parity/report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mneme {
namespace {

TEST(RelativeErrorTest, IsRelativeToTheReference) {
  EXPECT_DOUBLE_EQ(RelativeError({3.0f, 4.0f}, {3.0f, 4.0f}), 0.0);
  EXPECT_DOUBLE_EQ(RelativeError({3.0f, 9.0f}, {3.0f, 4.0f}), 1.0);
  EXPECT_DOUBLE_EQ(RelativeError({3.0f, 4.0f}, {0.0f, 0.0f}), 5.0);
  EXPECT_DOUBLE_EQ(RelativeError({}, {}), 0.0);
}

TEST(RelativeErrorTest, NotANumberIsInfinitelyWrong) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(RelativeError({NAN}, {1.0f}), infinity);
  EXPECT_EQ(RelativeError({1.0f}, {NAN}), infinity);
}

TEST(ParityReportTest, KeepsTheWorstTensorOfEachGroup) {
  ParityReport report;
  report.AddGroup("logits", 1e-5);
  report.AddGroup("grad", 1e-4);
  report.AddGroup("empty", 1e-4);
  report.Add("logits", "logits", 1e-6);
  report.Add("grad", "a", 1e-6);
  report.Add("grad", "b", 5e-5);
  report.Add("grad", "c", 1e-6);
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(report.ToString(),
            "  logits  ok    worst 1.00e-06 (limit 1e-05)  in logits\n"
            "  grad    ok    worst 5.00e-05 (limit 1e-04)  in b\n");
  report.Add("grad", "d", NAN);
  EXPECT_FALSE(report.passed());
}

TEST(ParityReportTest, NegativeToleranceOnlyReports) {
  ParityReport report;
  report.AddGroup("grad", -1);
  report.Add("grad", "a", 100);
  EXPECT_TRUE(report.passed());
  EXPECT_NE(report.ToString().find("not judged"), std::string::npos);
}

}  // namespace
}  // namespace mneme
