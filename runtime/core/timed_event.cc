#include "runtime/core/timed_event.h"

#include <chrono>

#include "runtime/core/dispatch.h"

namespace mneme {
namespace cpu {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point* AsTime(void* event) { return static_cast<Clock::time_point*>(event); }

}  // namespace

void* CreateTimedEvent() { return new Clock::time_point; }
void DestroyTimedEvent(void* event) { delete AsTime(event); }
void RecordTimedEvent(void* event, void*) { *AsTime(event) = Clock::now(); }

double MillisecondsBetween(void* start, void* end) {
  return std::chrono::duration<double, std::milli>(*AsTime(end) - *AsTime(start)).count();
}

}  // namespace cpu

TimedEvent::TimedEvent(Device device)
    : device_(device), native_(MNEME_CALL(device, CreateTimedEvent)) {}

TimedEvent::~TimedEvent() { MNEME_CALL(device_, DestroyTimedEvent, native_); }

void TimedEvent::Record(Stream& stream) {
  MNEME_CALL(device_, RecordTimedEvent, native_, stream.native());
}

double TimedEvent::MillisecondsSince(const TimedEvent& start) const {
  return MNEME_CALL(device_, MillisecondsBetween, start.native_, native_);
}

}  // namespace mneme
