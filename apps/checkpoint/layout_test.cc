#include "apps/checkpoint/layout.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(Layout, NamesAndSteps) {
  EXPECT_EQ(CheckpointName(1000), "0000001000");
  EXPECT_EQ(CheckpointName(9'999'999'999), "9999999999");
  EXPECT_EQ(StepOfCheckpointName("0000001000"), 1000);
  EXPECT_EQ(StepOfCheckpointName("9999999999"), 9'999'999'999);
  for (const char* name :
       {"", "1000", "00000010000", "000000100x", "-000001000", " 000001000", ".0000001000.tmp"}) {
    EXPECT_EQ(StepOfCheckpointName(name), std::nullopt) << name;
  }
}

TEST(Layout, TemporariesAreNoCheckpoints) {
  EXPECT_EQ(TemporaryName(7), ".0000000007.tmp");
  EXPECT_TRUE(IsTemporaryName(TemporaryName(7)));
  EXPECT_FALSE(IsTemporaryName(CheckpointName(7)));
  EXPECT_FALSE(IsTemporaryName("notes.tmp"));
}

}  // namespace
}  // namespace mneme
