// Streams and events: the order of work on a device.
//
// A Stream is a queue: what is put into it runs in order, and the host goes on meanwhile. On the
// CPU work runs where it is called, so a stream is always empty and an event has always happened.

#ifndef MNEME_RUNTIME_CORE_STREAM_H_
#define MNEME_RUNTIME_CORE_STREAM_H_

#include <cstdint>

#include "runtime/core/device.h"

namespace mneme {

// How often the host has waited for a device so far: what a training step should not do. Copies to
// the host count. On the CPU nothing is waited for.
int64_t HostWaits(Device device);

class Event;

class Stream {
 public:
  explicit Stream(Device device);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The stream that every op's kernels run on. One a process and device.
  static Stream& Compute(Device device);

  // Waits on the host until all work put into the stream is done.
  void Synchronize();
  // Work put into the stream from here on starts only after the event has happened.
  void Wait(const Event& event);

  Device device() const { return device_; }
  void* native() const { return native_; }  // a cudaStream_t; null on the CPU

 private:
  Device device_;
  void* native_;
};

// A point in a stream's work.
class Event {
 public:
  explicit Event(Device device);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void Record(Stream& stream);
  // Waits on the host until the work recorded before the event is done.
  void Synchronize() const;
  bool IsDone() const;

  void* native() const { return native_; }  // a cudaEvent_t; null on the CPU

 private:
  Device device_;
  void* native_;
};

// What a Stream and an Event are made of, by device.
namespace cpu {
inline void* CreateStream() { return nullptr; }
inline void DestroyStream(void*) {}
inline void SynchronizeStream(void*) {}
inline void StreamWaitEvent(void*, void*) {}
inline void* CreateEvent() { return nullptr; }
inline void DestroyEvent(void*) {}
inline void RecordEvent(void*, void*) {}
inline void SynchronizeEvent(void*) {}
inline bool EventIsDone(void*) { return true; }
inline int64_t HostWaits() { return 0; }
}  // namespace cpu

namespace cuda {
void* CreateStream();
void DestroyStream(void* stream);
void SynchronizeStream(void* stream);
void StreamWaitEvent(void* stream, void* event);
void* CreateEvent();
void DestroyEvent(void* event);
void RecordEvent(void* event, void* stream);
void SynchronizeEvent(void* event);
bool EventIsDone(void* event);
int64_t HostWaits();
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_STREAM_H_
