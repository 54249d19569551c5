#include "runtime/core/download.h"

#include "runtime/core/dispatch.h"
#include "runtime/core/memory.h"

namespace mneme {

Download::Download(Device device, int64_t capacity_bytes)
    : device_(device),
      capacity_bytes_(capacity_bytes),
      host_(MNEME_CALL(device, AllocatePinned, capacity_bytes)),
      copied_(device) {}

Download::~Download() { MNEME_CALL(device_, FreePinned, host_, capacity_bytes_); }

void Download::Start(const Tensor& from) {
  CHECK(from.device() == device_ && from.bytes() <= capacity_bytes_)
      << "a download of " << from.bytes() << " bytes, made for " << capacity_bytes_;
  bytes_ = from.bytes();
  MNEME_CALL(device_, StartCopyToHost, host_, from.raw(), bytes_);
  copied_.Record(Stream::Compute(device_));
}

}  // namespace mneme
