// The pace of training steps and what they move over the link to the host's memory, averaged over
// those between two looks at the clock: a single step's end is not known without waiting for the
// device.

#ifndef MNEME_APPS_TRAIN_STEP_METER_H_
#define MNEME_APPS_TRAIN_STEP_METER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

class StepMeter {
 public:
  explicit StepMeter(std::vector<ValueStore*> tables = {}) : tables_(std::move(tables)) {}

  // Before the first of some steps, when the device has nothing to do.
  void Start() {
    *this = StepMeter(std::move(tables_));
    link_bytes_ -= LinkBytes();
    wait_seconds_ -= WaitedSeconds();
    start_ = absl::Now();
  }
  // After each step: its tokens, and how long it waited for them.
  void Add(int64_t tokens, double data_seconds) {
    ++steps_;
    tokens_ += tokens;
    data_seconds_ += data_seconds;
  }
  // When the device is done with them.
  void Stop() {
    seconds_ = absl::ToDoubleSeconds(absl::Now() - start_);
    link_bytes_ += LinkBytes();
    wait_seconds_ += WaitedSeconds();
  }

  // Of the steps between Start and Stop.
  double tokens_per_second() const { return static_cast<double>(tokens_) / seconds_; }
  double step_seconds() const { return seconds_ / static_cast<double>(steps_); }
  double data_seconds() const { return data_seconds_ / static_cast<double>(steps_); }

  // How long the host waited for rows of the step before to be written.
  double wait_seconds() const { return wait_seconds_ / static_cast<double>(steps_); }
  // Rows read and gradients sent; 0 where the tables are in the device's own memory.
  double link_bytes_per_second() const { return static_cast<double>(link_bytes_) / seconds_; }

 private:
  int64_t LinkBytes() const {
    int64_t bytes = 0;
    for (const ValueStore* table : tables_) bytes += table->LinkBytes();
    return bytes;
  }
  double WaitedSeconds() const {
    double seconds = 0.0;
    for (const ValueStore* table : tables_) seconds += table->WaitedSeconds();
    return seconds;
  }

  std::vector<ValueStore*> tables_;
  absl::Time start_;
  int64_t steps_ = 0;
  int64_t tokens_ = 0;
  double data_seconds_ = 0.0;
  double seconds_ = 0.0;
  int64_t link_bytes_ = 0;
  double wait_seconds_ = 0.0;
};

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_STEP_METER_H_
