// How fast something goes, smoothed, and when it will be done.

#ifndef MNEME_APPS_PROGRESS_RATE_METER_H_
#define MNEME_APPS_PROGRESS_RATE_METER_H_

#include <optional>

#include "absl/time/time.h"

namespace mneme {

// The rate is a mean over the past whose weight falls by 1/e in each `memory` of time:
//   rate = sum_i d_i w_i / sum_i t_i w_i,  w_i = exp(-age_i / memory)
// with d_i done in the t_i seconds between two calls. Pauses count, since there will be more.
class RateMeter {
 public:
  explicit RateMeter(absl::Duration memory = absl::Seconds(30)) : memory_(memory) {}

  // `done` in all, at time `now`. The first call is what later ones are measured from.
  void Update(double done, absl::Time now);

  // 0 until two calls lie apart in time.
  double PerSecond() const { return seconds_ > 0 ? amount_ / seconds_ : 0.0; }

  // Until `remaining` more is done; endless at a rate of 0.
  absl::Duration TimeFor(double remaining) const;

 private:
  const absl::Duration memory_;
  std::optional<absl::Time> last_time_;
  double last_done_ = 0;
  double amount_ = 0;   // weighted sum of what was done
  double seconds_ = 0;  // and of the time it took
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_RATE_METER_H_
