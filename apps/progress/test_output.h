// A pipe or a terminal whose output a test reads, and a clock it sets.

#ifndef MNEME_APPS_PROGRESS_TEST_OUTPUT_H_
#define MNEME_APPS_PROGRESS_TEST_OUTPUT_H_

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "glog/logging.h"

namespace mneme {

class FakeClock {
 public:
  void Advance(absl::Duration duration) { now_ += duration; }
  std::function<absl::Time()> function() {
    return [this] { return now_; };
  }

 private:
  absl::Time now_ = absl::FromCivil(absl::CivilSecond(2025, 11, 22, 9, 46, 0), absl::UTCTimeZone());
};

class TestOutput {
 public:
  static TestOutput Pipe() {
    int ends[2];
    CHECK_EQ(pipe2(ends, O_NONBLOCK), 0);
    return TestOutput(ends[0], ends[1]);
  }

  // A terminal that passes on what it gets unchanged.
  static TestOutput Terminal(int columns, const char* term = "xterm") {
    CHECK_EQ(setenv("TERM", term, 1), 0);
    struct winsize size = {.ws_row = 24, .ws_col = static_cast<unsigned short>(columns)};
    struct termios raw = {};
    cfmakeraw(&raw);
    int terminal, screen;
    CHECK_EQ(openpty(&terminal, &screen, nullptr, &raw, &size), 0);
    CHECK_EQ(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
    return TestOutput(terminal, screen);
  }

  ~TestOutput() {
    close(read_fd_);
    close(write_fd_);
  }
  TestOutput(const TestOutput&) = delete;
  TestOutput& operator=(const TestOutput&) = delete;

  int fd() const { return write_fd_; }

  void Resize(int columns) {
    struct winsize size = {.ws_row = 24, .ws_col = static_cast<unsigned short>(columns)};
    CHECK_EQ(ioctl(write_fd_, TIOCSWINSZ, &size), 0);
  }

  // What came since the last call.
  std::string Take() {
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(read_fd_, buffer, sizeof(buffer))) > 0;) text.append(buffer, got);
    return text;
  }

 private:
  TestOutput(int read_fd, int write_fd) : read_fd_(read_fd), write_fd_(write_fd) {}

  const int read_fd_;
  const int write_fd_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_TEST_OUTPUT_H_
