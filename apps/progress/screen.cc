#include "apps/progress/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "apps/progress/write_text.h"

namespace mneme {
namespace {

constexpr absl::string_view kClearLine = "\r\x1b[K";

bool CanRedraw(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) && term != nullptr && *term != '\0' && absl::string_view(term) != "dumb";
}

// One less than the terminal has: a full line would make some terminals begin the next.
int Columns(int fd) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 79;
  return size.ws_col - 1;
}

std::string Printable(absl::string_view text) {
  std::string printable(text);
  for (char& c : printable) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (control && c != '\n' && c != '\t') c = '?';
  }
  return printable;
}

}  // namespace

Screen::Screen(int fd, std::function<absl::Time()> clock)
    : fd_(fd), clock_(std::move(clock)), live_(CanRedraw(fd)) {}

Screen::~Screen() { KeepLive(); }

void Screen::set_log(TrainLog* log) {
  std::lock_guard<std::mutex> lock(mutex_);
  log_ = log;
}

void Screen::Print(absl::string_view text) {
  std::string lines = Printable(text);
  if (!absl::EndsWith(lines, "\n")) lines += '\n';
  std::lock_guard<std::mutex> lock(mutex_);
  if (log_ != nullptr) log_->Write(lines);
  Write(live_text_.empty() ? lines : absl::StrCat(kClearLine, lines, live_text_));
}

void Screen::Log(absl::string_view text) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (log_ != nullptr) log_->Write(text);
}

void Screen::ShowLive(FunctionRef<std::string(int columns)> compose, bool now) {
  if (!live_) return;
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time time = clock_();
  if (!now && time - live_time_ < kRedrawInterval) return;
  const int columns = Columns(fd_);
  live_text_ = Printable(compose(columns)).substr(0, columns);
  live_time_ = time;
  Write(absl::StrCat(kClearLine, live_text_));
}

void Screen::ClearLive() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (live_text_.empty()) return;
  Write(kClearLine);
  live_text_.clear();
}

void Screen::KeepLive() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (live_text_.empty()) return;
  Write("\n");
  live_text_.clear();
}

void Screen::Write(absl::string_view text) {
  std::fflush(stdout);  // what printf still holds comes first
  WriteText(fd_, text);
}

}  // namespace mneme
