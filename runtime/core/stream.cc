#include "runtime/core/stream.h"

#include "runtime/core/dispatch.h"

namespace mneme {

int64_t HostWaits(Device device) { return MNEME_CALL(device, HostWaits); }

Stream::Stream(Device device) : device_(device), native_(MNEME_CALL(device, CreateStream)) {}

Stream::~Stream() { MNEME_CALL(device_, DestroyStream, native_); }

Stream& Stream::Compute(Device device) {
  static auto* cpu = new Stream(Device::Cpu());
  if (device.is_cpu()) return *cpu;
  static auto* cuda = new Stream(Device::Cuda());
  return *cuda;
}

void Stream::Synchronize() { MNEME_CALL(device_, SynchronizeStream, native_); }

void Stream::Wait(const Event& event) {
  MNEME_CALL(device_, StreamWaitEvent, native_, event.native());
}

Event::Event(Device device) : device_(device), native_(MNEME_CALL(device, CreateEvent)) {}

Event::~Event() { MNEME_CALL(device_, DestroyEvent, native_); }

void Event::Record(Stream& stream) { MNEME_CALL(device_, RecordEvent, native_, stream.native()); }

void Event::Synchronize() const { MNEME_CALL(device_, SynchronizeEvent, native_); }

bool Event::IsDone() const { return MNEME_CALL(device_, EventIsDone, native_); }

}  // namespace mneme
