// Measuring work on a device, by the device.

#ifndef MNEME_RUNTIME_CORE_TIMED_EVENT_H_
#define MNEME_RUNTIME_CORE_TIMED_EVENT_H_

#include "runtime/core/device.h"
#include "runtime/core/stream.h"

namespace mneme {

// A point in a stream's work, and the time at which the device came to it. On the CPU that is the
// time of Record.
class TimedEvent {
 public:
  explicit TimedEvent(Device device);
  ~TimedEvent();
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;

  // Does not make the host wait.
  void Record(Stream& stream);

  // From `start` to this event, both of which must have been recorded. Waits on the host until they
  // have happened.
  double MillisecondsSince(const TimedEvent& start) const;

 private:
  Device device_;
  void* native_;
};

// What a TimedEvent is made of, by device.
namespace cpu {
void* CreateTimedEvent();
void DestroyTimedEvent(void* event);
void RecordTimedEvent(void* event, void* stream);
double MillisecondsBetween(void* start, void* end);
}  // namespace cpu
namespace cuda {
void* CreateTimedEvent();
void DestroyTimedEvent(void* event);
void RecordTimedEvent(void* event, void* stream);
double MillisecondsBetween(void* start, void* end);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_TIMED_EVENT_H_
