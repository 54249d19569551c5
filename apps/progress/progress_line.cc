#include "apps/progress/progress_line.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/progress/format.h"

namespace mneme {
namespace {

constexpr int kBarColumns = 17;

// A part of the line. Where there is no room for all, those of the highest `rank` go first.
struct Part {
  std::string text;
  int rank;
  bool bar = false;  // has one space around it, the others two
};

std::string Join(const std::vector<Part>& parts) {
  std::string line;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) line += parts[i].bar || parts[i - 1].bar ? " " : "  ";
    line += parts[i].text;
  }
  return line;
}

std::string Fit(std::vector<Part> parts, int columns) {
  while (parts.size() > 1 && static_cast<int>(Join(parts).size()) > columns) {
    parts.erase(std::max_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.rank < b.rank; }));
  }
  return Join(parts);
}

}  // namespace

void ProgressLine::Update(const StepStatus& status) {
  const auto keep = [](std::optional<double>& mine, const std::optional<double>& given) {
    if (given) mine = given;
  };
  status_.step = status.step;
  status_.total_steps = status.total_steps;
  keep(status_.loss, status.loss);
  keep(status_.val_loss, status.val_loss);
  keep(status_.lr, status.lr);
  keep(status_.tokens_per_second, status.tokens_per_second);
  keep(status_.unique_rows, status.unique_rows);
  val_loss_is_new_ |= status.val_loss.has_value();
  rate_.Update(static_cast<double>(status.step), screen_->Now());

  if (status.step % line_every_steps_ == 0 || status.step == status.total_steps) {
    const std::string line = Line(std::numeric_limits<int>::max(), false);
    val_loss_is_new_ = false;
    screen_->live() ? screen_->Log(line) : screen_->Print(line);
  }
  screen_->ShowLive([&](int columns) { return Line(columns, true); });
}

void ProgressLine::Finish() {
  if (status_.step > 0) screen_->ShowLive([&](int columns) { return Line(columns, true); }, true);
  screen_->KeepLive();
}

std::string ProgressLine::Line(int columns, bool is_live) const {
  const StepStatus& s = status_;
  std::vector<Part> parts = {{absl::StrCat("step ", s.step, "/", s.total_steps), 0}};
  if (is_live && s.total_steps > 0) {
    const double fraction = static_cast<double>(s.step) / static_cast<double>(s.total_steps);
    parts.push_back({BarText(fraction, kBarColumns), 7, true});
  }
  if (s.loss) parts.push_back({absl::StrFormat("loss %.4f", *s.loss), 1});
  if (s.val_loss && (is_live || val_loss_is_new_)) {
    parts.push_back({absl::StrFormat("val %.4f", *s.val_loss), 3});
  }
  if (s.lr) parts.push_back({absl::StrCat("lr ", ShortRate(*s.lr)), 5});
  if (s.tokens_per_second) {
    parts.push_back({absl::StrCat(ShortCount(*s.tokens_per_second), " tok/s"), 4});
  }
  if (s.unique_rows) parts.push_back({absl::StrCat("rows ", ShortCount(*s.unique_rows)), 6});
  const absl::Duration left = rate_.TimeFor(static_cast<double>(s.total_steps - s.step));
  if (left < absl::InfiniteDuration()) {
    parts.push_back({absl::StrCat("ETA ", ShortDuration(left)), 2});
  }
  return Fit(std::move(parts), columns);
}

}  // namespace mneme
