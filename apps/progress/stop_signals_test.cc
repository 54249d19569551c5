#include "apps/progress/stop_signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace mneme {
namespace {

// Every statement runs in a process of its own.
TEST(StopSignals, SetAFlag) {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR2}) {
    EXPECT_EXIT(
        {
          InstallStopSignals();
          if (StopSignal() != 0) _exit(1);
          raise(signal);
          _exit(StopSignal() == signal ? 0 : 2);
        },
        testing::ExitedWithCode(0), "");
  }
}

TEST(StopSignals, TheFirstOneCounts) {
  EXPECT_EXIT(
      {
        InstallStopSignals();
        raise(SIGINT);
        raise(SIGTERM);
        raise(SIGUSR2);
        _exit(StopSignal() == SIGINT ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(StopSignals, CtrlCAgainEndsAtOnce) {
  for (const int first : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          InstallStopSignals();
          raise(first);
          raise(SIGINT);
          _exit(0);
        },
        testing::ExitedWithCode(130), "");
  }
}

TEST(StopSignals, AClosedPipeIsAnErrorOfTheWrite) {
  EXPECT_EXIT(
      {
        InstallStopSignals();
        int ends[2];
        if (pipe(ends) != 0) _exit(1);
        close(ends[0]);
        _exit(write(ends[1], "x", 1) == -1 ? 0 : 2);
      },
      testing::ExitedWithCode(0), "");
}

TEST(StopSignals, Names) {
  EXPECT_STREQ(StopSignalName(SIGINT), "Ctrl-C");
  EXPECT_STREQ(StopSignalName(SIGTERM), "SIGTERM");
  EXPECT_STREQ(StopSignalName(SIGUSR2), "SIGUSR2");
}

}  // namespace
}  // namespace mneme
