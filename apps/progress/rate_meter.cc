#include "apps/progress/rate_meter.h"

#include <cmath>

namespace mneme {

void RateMeter::Update(double done, absl::Time now) {
  if (last_time_) {
    const double seconds = absl::ToDoubleSeconds(now - *last_time_);
    if (seconds <= 0) return;  // the next call measures both
    const double weight = std::exp(-seconds / absl::ToDoubleSeconds(memory_));
    amount_ = amount_ * weight + (done - last_done_);
    seconds_ = seconds_ * weight + seconds;
  }
  last_time_ = now;
  last_done_ = done;
}

absl::Duration RateMeter::TimeFor(double remaining) const {
  if (remaining <= 0) return absl::ZeroDuration();
  const double rate = PerSecond();
  return rate > 0 ? absl::Seconds(remaining / rate) : absl::InfiniteDuration();
}

}  // namespace mneme
