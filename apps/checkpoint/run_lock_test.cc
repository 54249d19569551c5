#include "apps/checkpoint/run_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "apps/checkpoint/test_run.h"

namespace mneme {
namespace {

TEST(RunLock, TheSecondIsTurnedAway) {
  TestRun run;
  const std::string dump_dir = run.path() + "/new/run";
  {
    auto first = RunLock::Acquire(dump_dir);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(RunLock::Acquire(dump_dir).status().message(),
              absl::StrCat("'", dump_dir, "' is in use by process ", getpid(),
                           ": wait for its end, or choose another dump_dir"));
    const RunLock moved = *std::move(first);
    EXPECT_FALSE(RunLock::Acquire(dump_dir).ok());
    EXPECT_TRUE(RunLock::Acquire(run.path()).ok());
  }
  EXPECT_TRUE(RunLock::Acquire(dump_dir).ok());
}

}  // namespace
}  // namespace mneme
