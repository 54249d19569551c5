#include "apps/bench/phase_timer.h"

#include <algorithm>
#include <utility>

#include "glog/logging.h"
#include "runtime/core/stream.h"

namespace mneme {

double Median(std::vector<double> values) {
  CHECK(!values.empty());
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + middle, values.end());
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle] + *std::max_element(values.begin(), values.begin() + middle)) / 2;
}

PhaseTimer::PhaseTimer(Device device) : device_(device) {
  events_.push_back(std::make_unique<TimedEvent>(device));
}

void PhaseTimer::Begin() {
  Stream& stream = Stream::Compute(device_);
  stream.Synchronize();
  n_marked_ = 0;
  events_[0]->Record(stream);
}

void PhaseTimer::Mark(const std::string& phase) {
  if (n_marked_ == phases_.size()) {
    phases_.push_back(phase);
    events_.push_back(std::make_unique<TimedEvent>(device_));
    ms_.emplace_back();
    ms_until_.emplace_back();
  }
  CHECK_EQ(phases_[n_marked_], phase) << "another phase than in the repetition before";
  events_[++n_marked_]->Record(Stream::Compute(device_));
}

void PhaseTimer::End(bool counts) {
  CHECK_EQ(n_marked_, phases_.size()) << "fewer phases than in the repetition before";
  for (size_t i = 0; i < phases_.size() && counts; ++i) {
    ms_[i].push_back(events_[i + 1]->MillisecondsSince(*events_[i]));
    ms_until_[i].push_back(events_[i + 1]->MillisecondsSince(*events_[0]));
  }
}

size_t PhaseTimer::IndexOf(const std::string& phase) const {
  const auto found = std::find(phases_.begin(), phases_.end(), phase);
  CHECK(found != phases_.end()) << "no phase " << phase;
  return found - phases_.begin();
}

double PhaseTimer::Ms(const std::string& phase) const { return Median(ms_[IndexOf(phase)]); }

double PhaseTimer::MsUntil(const std::string& phase) const {
  return Median(ms_until_[IndexOf(phase)]);
}

}  // namespace mneme
