// Preparing data, killed again and again.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "apps/prepare_data/test_corpus.h"

namespace mneme {
namespace {

// Runs Prepare in a process that is killed after `microseconds`. True if it was done before.
bool PrepareUntilKilled(const PrepareArgs& args, const std::string& input, int64_t microseconds) {
  const pid_t child = fork();
  if (child == 0) _exit(Prepare(args, {input}).ok() ? 0 : 1);
  usleep(microseconds);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return false;
  EXPECT_EQ(WEXITSTATUS(status), 0);
  return true;
}

TEST(PrepareDataKillTest, TheResultIsThatOfAnUninterruptedRun) {
  TempDir temp;
  const std::string input = temp.File("in.jsonl");
  ASSERT_TRUE(WriteFileAtomically(input, Jsonl(TestDocuments(4000))).ok());  // 8 MB
  PrepareArgs args;
  args.source = "made";
  args.memory_mib = 1;
  args.chunk_mib = 1;
  args.root_dir = temp.File("whole");
  ASSERT_TRUE(Prepare(args, {input}).ok());
  const auto expected = FilesIn(args.root_dir + "/made");
  ASSERT_GT(expected.size(), 5u);

  args.root_dir = temp.File("killed");
  int kills = 0;
  for (int64_t microseconds = 200; !PrepareUntilKilled(args, input, microseconds);
       microseconds += 200) {
    ++kills;
    EXPECT_TRUE(FilesIn(args.root_dir + "/made").empty() ||
                FilesIn(args.root_dir + "/made") == expected);
  }
  EXPECT_GT(kills, 5);
  EXPECT_TRUE(FilesIn(args.root_dir + "/made") == expected);
  EXPECT_NE(access((args.root_dir + "/made.partial").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace mneme
