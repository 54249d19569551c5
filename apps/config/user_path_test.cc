#include "apps/config/user_path.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace mneme {
namespace {

TEST(UserPathTest, IsRelativeToWhereTheUserStands) {
  setenv("BUILD_WORKING_DIRECTORY", "/home/ada/work", 1);
  setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(UserPath("run.yaml"), "/home/ada/work/run.yaml");
  EXPECT_EQ(UserPath("./a/../b"), "/home/ada/work/b");
  EXPECT_EQ(UserPath("../b"), "/home/ada/b");
  EXPECT_EQ(UserPath("/data/x"), "/data/x");
  EXPECT_EQ(UserPath("~/x"), "/home/ada/x");
  EXPECT_EQ(UserPath("~x"), "/home/ada/work/~x");
  EXPECT_EQ(UserPath("."), "/home/ada/work");
  EXPECT_EQ(UserPath("/"), "/");
  EXPECT_EQ(UserPath(""), "");
  EXPECT_EQ(UserPath("-"), "-");
  EXPECT_EQ(UserPath(UserPath("a")), UserPath("a"));
}

TEST(UserPathTest, OutsideBazelRunIsTheWorkingDirectory) {
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(UserPath("a/./b"), "a/b");
  EXPECT_EQ(UserPath("/a"), "/a");
}

}  // namespace
}  // namespace mneme
