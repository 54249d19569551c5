#include "apps/progress/task_progress.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/progress/format.h"

namespace mneme {
namespace {

constexpr int kBarColumns = 17;

std::string Amount(double amount, TaskProgress::Unit unit) {
  return unit == TaskProgress::Unit::kBytes ? ShortBytes(amount) : ShortCount(amount);
}

}  // namespace

TaskProgress::TaskProgress(Screen* screen, std::string label, Unit unit)
    : screen_(screen),
      label_(std::move(label)),
      unit_(unit),
      start_(screen->Now()),
      last_line_(start_),
      rate_(absl::Seconds(10)) {
  rate_.Update(0, start_);
}

TaskProgress::~TaskProgress() {
  if (shown_) screen_->ClearLive();
}

void TaskProgress::Update(int64_t done, int64_t total) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (done < done_) return;
  done_ = done;
  total_ = total;
  const absl::Time now = screen_->Now();
  rate_.Update(static_cast<double>(done), now);
  if (!screen_->live() && now - last_line_ >= kPlainInterval) {
    last_line_ = now;
    screen_->Print(Line(std::numeric_limits<int>::max()));
  }
  if (screen_->live() && now - start_ >= kQuiet) {
    shown_ = true;
    screen_->ShowLive([&](int columns) { return Line(columns); });
  }
}

std::string TaskProgress::Line(int columns) const {
  const double fraction =
      total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0;
  const absl::Duration left = rate_.TimeFor(static_cast<double>(total_ - done_));
  const std::string amounts = absl::StrCat(
      Amount(static_cast<double>(done_), unit_), " of ", Amount(static_cast<double>(total_), unit_),
      "  ", Amount(rate_.PerSecond(), unit_), "/s  ETA ", ShortDuration(left));
  if (!screen_->live()) return absl::StrCat(label_, ": ", amounts);
  const std::string line = absl::StrCat(label_, " ", BarText(fraction, kBarColumns), " ", amounts);
  if (static_cast<int>(line.size()) <= columns) return line;
  return absl::StrCat(label_, " ", static_cast<int>(100 * std::clamp(fraction, 0.0, 1.0)), "%");
}

}  // namespace mneme
