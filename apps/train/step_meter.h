// The pace of training steps, averaged over those between two looks at the clock: a single step's
// end is not known without waiting for the device.

#ifndef MNEME_APPS_TRAIN_STEP_METER_H_
#define MNEME_APPS_TRAIN_STEP_METER_H_

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace mneme {

class StepMeter {
 public:
  // Before the first of some steps, when the device has nothing to do.
  void Start() {
    *this = StepMeter();
    start_ = absl::Now();
  }
  // After each step: its tokens, and how long it waited for them.
  void Add(int64_t tokens, double data_seconds) {
    ++steps_;
    tokens_ += tokens;
    data_seconds_ += data_seconds;
  }
  // When the device is done with them.
  void Stop() { seconds_ = absl::ToDoubleSeconds(absl::Now() - start_); }

  // Of the steps between Start and Stop.
  double tokens_per_second() const { return static_cast<double>(tokens_) / seconds_; }
  double step_seconds() const { return seconds_ / static_cast<double>(steps_); }
  double data_seconds() const { return data_seconds_ / static_cast<double>(steps_); }

 private:
  absl::Time start_;
  int64_t steps_ = 0;
  int64_t tokens_ = 0;
  double data_seconds_ = 0.0;
  double seconds_ = 0.0;
};

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_STEP_METER_H_
