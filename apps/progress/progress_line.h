// The state of a training run in one line:
//   step 120/1500 [=>             ] loss 2.1034  val 2.2711  lr 2.9e-03  18.4k tok/s  ETA 1m12s

#ifndef MNEME_APPS_PROGRESS_PROGRESS_LINE_H_
#define MNEME_APPS_PROGRESS_PROGRESS_LINE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "apps/progress/rate_meter.h"
#include "apps/progress/screen.h"

namespace mneme {

struct StepStatus {
  int64_t step = 0;  // done
  int64_t total_steps = 0;
  std::optional<double> loss;
  std::optional<double> val_loss;
  std::optional<double> lr;
  std::optional<double> tokens_per_second;
  std::optional<double> unique_rows;  // of the value tables, in one step
};

// On a terminal, the live line, with as much as its width has room for. Elsewhere, and in the
// screen's log in any case, a line of its own every `line_every_steps` steps, with the loss on
// held-out text only where it is new.
class ProgressLine {
 public:
  // `screen` is borrowed.
  ProgressLine(Screen* screen, int64_t line_every_steps)
      : screen_(screen), line_every_steps_(line_every_steps) {}

  // After every step. A value that is not set keeps what it was.
  void Update(const StepStatus& status);

  // At the end of the run: shows the last state, and leaves it there.
  void Finish();

 private:
  std::string Line(int columns, bool is_live) const;

  Screen* const screen_;
  const int64_t line_every_steps_;
  StepStatus status_;
  bool val_loss_is_new_ = false;  // since the last line of its own
  RateMeter rate_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_PROGRESS_LINE_H_
