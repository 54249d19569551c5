// How long the phases of a piece of work take, over many repetitions.

#ifndef MNEME_APPS_BENCH_PHASE_TIMER_H_
#define MNEME_APPS_BENCH_PHASE_TIMER_H_

#include <memory>
#include <string>
#include <vector>

#include "runtime/core/device.h"
#include "runtime/core/timed_event.h"

namespace mneme {

double Median(std::vector<double> values);

// Phases follow each other on the device's compute stream and are measured there: between Begin and
// End the host never waits. Every repetition has the same phases.
class PhaseTimer {
 public:
  explicit PhaseTimer(Device device);

  // A repetition begins: waits until the device is idle.
  void Begin();
  // What was put into the stream since the last mark, or Begin, is `phase`.
  void Mark(const std::string& phase);
  // The repetition ends. Its times count unless it was to warm up.
  void End(bool counts = true);

  // Medians over the repetitions; from the end of the phase before, and from the beginning.
  double Ms(const std::string& phase) const;
  double MsUntil(const std::string& phase) const;

 private:
  size_t IndexOf(const std::string& phase) const;

  Device device_;
  std::vector<std::unique_ptr<TimedEvent>> events_;  // Begin's, and one a phase
  size_t n_marked_ = 0;                              // in this repetition
  std::vector<std::string> phases_;
  std::vector<std::vector<double>> ms_;        // [phases][repetitions]
  std::vector<std::vector<double>> ms_until_;  // [phases][repetitions]
};

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_PHASE_TIMER_H_
