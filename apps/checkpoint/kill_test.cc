// Writers killed at any moment.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/time/clock.h"
#include "apps/checkpoint/find.h"
#include "apps/checkpoint/retention.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/checkpoint/test_run.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

constexpr char kDumpDirVariable[] = "MNEME_KILL_TEST_DUMP_DIR";
constexpr int kReportFd = 3;  // the child's end of a pipe: the last step that is safe, as int64_t
constexpr int kRounds = 48;

void Report(int64_t step) { ASSERT_EQ(write(kReportFd, &step, sizeof(step)), sizeof(step)); }

// What the child process does: goes on from the latest checkpoint, and writes one after the other,
// every second one twice, until it is killed.
TEST(Writer, UntilKilled) {
  const char* dump_dir = std::getenv(kDumpDirVariable);
  if (dump_dir == nullptr) GTEST_SKIP() << "this is for the other test's child";
  const auto lock = RunLock::Acquire(dump_dir);
  ASSERT_TRUE(lock.ok()) << lock.status();
  ASSERT_TRUE(RemoveTemporaries(dump_dir).ok());
  const FoundCheckpoint found = FindLatestCheckpoint(dump_dir, Verify::kChecksums);
  ASSERT_TRUE(found.warnings.empty()) << found.warnings[0];
  int64_t step = found.checkpoint ? found.checkpoint->step() : 0;
  while (true) {
    Report(step);
    const TestModel model(++step);
    for (int64_t times = step % 2; times < 2; ++times) {
      ASSERT_TRUE(model.Write(dump_dir, /*keep=*/2).ok());
      Report(step);
    }
  }
}

struct Child {
  pid_t pid;
  int reports;
};

Child StartWriter(const std::string& dump_dir) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  setenv(kDumpDirVariable, dump_dir.c_str(), 1);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    if (ends[1] == kReportFd) {
      fcntl(kReportFd, F_SETFD, 0);
    } else {
      dup2(ends[1], kReportFd);
    }
    const char* const args[] = {"writer", "--gtest_filter=Writer.UntilKilled", nullptr};
    execv("/proc/self/exe", const_cast<char* const*>(args));
    _exit(1);
  }
  unsetenv(kDumpDirVariable);
  close(ends[1]);
  return {pid, ends[0]};
}

absl::Duration TimeOfOneCheckpoint(const std::string& dump_dir) {
  const absl::Time start = absl::Now();
  EXPECT_TRUE(TestModel(1).Write(dump_dir).ok());
  return std::min(absl::Now() - start, absl::Milliseconds(300));
}

bool IsCheckpointOrTemporary(const TestRun& run, const std::string& name) {
  return IsTemporaryName(name) ||
         Checkpoint::Open(JoinPath(CheckpointsFolder(run.path()), name), Verify::kChecksums).ok();
}

TEST(Kill, AtAnyMomentLosesNothingThatWasWritten) {
  TestRun run;
  const absl::Duration longest_life = 3 * TimeOfOneCheckpoint(run.path() + "/scratch");
  PhiloxStream random(PhiloxKey{});
  int64_t safe_step = 0;
  int killed_while_writing = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Child writer = StartWriter(run.path());
    ASSERT_EQ(read(writer.reports, &safe_step, 8), 8) << "the writer did not start";
    absl::SleepFor(random.UniformDouble() * longest_life);
    ASSERT_EQ(kill(writer.pid, SIGKILL), 0);
    int result;
    ASSERT_EQ(waitpid(writer.pid, &result, 0), writer.pid);
    ASSERT_TRUE(WIFSIGNALED(result)) << "the writer ended by itself: " << WEXITSTATUS(result);
    while (read(writer.reports, &safe_step, 8) == 8) continue;
    close(writer.reports);

    const FoundCheckpoint found = FindLatestCheckpoint(run.path(), Verify::kChecksums);
    ASSERT_TRUE(found.warnings.empty()) << found.warnings[0];
    const int64_t step = found.checkpoint ? found.checkpoint->step() : 0;
    ASSERT_GE(step, safe_step);
    ASSERT_LE(step, safe_step + 1);
    ASSERT_EQ(step == 0 ? "" : TestModel(step).Difference(*found.checkpoint), "");
    const std::vector<std::string> names = run.Names();
    for (const std::string& name : names) ASSERT_TRUE(IsCheckpointOrTemporary(run, name)) << name;
    killed_while_writing += std::any_of(names.begin(), names.end(), IsTemporaryName);
  }
  EXPECT_GT(safe_step, 0);
  EXPECT_GT(killed_while_writing, kRounds / 4);
}

}  // namespace
}  // namespace mneme
