// Where a program's messages go: lines that stay, and below them one live line that is redrawn.

#ifndef MNEME_APPS_PROGRESS_SCREEN_H_
#define MNEME_APPS_PROGRESS_SCREEN_H_

#include <functional>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "apps/progress/train_log.h"
#include "runtime/parallel/function_ref.h"

namespace mneme {

// A live line needs a terminal that can go back in a line (TERM set, and not "dumb"). Elsewhere
// there is none, and no escape code is ever written; colours are used nowhere. What cannot be
// written, because the reader of a pipe is gone, is dropped. Thread-safe.
class Screen {
 public:
  // `fd` is borrowed: usually STDOUT_FILENO.
  explicit Screen(int fd, std::function<absl::Time()> clock = absl::Now);
  // Leaves the live line, if one is shown, as it is.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool live() const { return live_; }
  absl::Time Now() const { return clock_(); }

  // From now on every line that Print gets goes to `log` too; nullptr ends it.
  void set_log(TrainLog* log);

  // One or several lines, above the live one. Control characters other than newline and tab show
  // as '?': the text may be a model's.
  void Print(absl::string_view text);

  // For the log alone.
  void Log(absl::string_view text);

  // Shows compose(columns) as the live line. Does nothing if the last one is younger than
  // kRedrawInterval, unless `now` is set, or if there is no live line here. What is longer than
  // `columns` is cut.
  static constexpr absl::Duration kRedrawInterval = absl::Milliseconds(200);
  void ShowLive(FunctionRef<std::string(int columns)> compose, bool now = false);

  // Takes the live line away, or makes it one that stays.
  void ClearLive();
  void KeepLive();

 private:
  void Write(absl::string_view text);  // with mutex_ held

  const int fd_;
  const std::function<absl::Time()> clock_;
  const bool live_;

  std::mutex mutex_;
  TrainLog* log_ = nullptr;
  std::string live_text_;  // what is shown; "": nothing
  absl::Time live_time_ = absl::InfinitePast();
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_SCREEN_H_
