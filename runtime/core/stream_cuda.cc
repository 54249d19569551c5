#include <atomic>

#include "runtime/core/cuda_check.h"
#include "runtime/core/stream.h"

namespace mneme::cuda {
namespace {

cudaStream_t AsStream(void* stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t AsEvent(void* event) { return static_cast<cudaEvent_t>(event); }

std::atomic<int64_t> host_waits{0};

}  // namespace

int64_t HostWaits() { return host_waits; }

cudaStream_t ComputeStream() { return AsStream(Stream::Compute(Device::Cuda()).native()); }

void* CreateStream() {
  cudaStream_t stream;
  MNEME_CUDA_CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return stream;
}

void DestroyStream(void* stream) { MNEME_CUDA_CHECK(cudaStreamDestroy(AsStream(stream))); }

void SynchronizeStream(void* stream) {
  ++host_waits;
  MNEME_CUDA_CHECK(cudaStreamSynchronize(AsStream(stream)));
}

void StreamWaitEvent(void* stream, void* event) {
  MNEME_CUDA_CHECK(cudaStreamWaitEvent(AsStream(stream), AsEvent(event)));
}

void* CreateEvent() {
  cudaEvent_t event;
  MNEME_CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}

void DestroyEvent(void* event) { MNEME_CUDA_CHECK(cudaEventDestroy(AsEvent(event))); }

void RecordEvent(void* event, void* stream) {
  MNEME_CUDA_CHECK(cudaEventRecord(AsEvent(event), AsStream(stream)));
}

void SynchronizeEvent(void* event) {
  ++host_waits;
  MNEME_CUDA_CHECK(cudaEventSynchronize(AsEvent(event)));
}

bool EventIsDone(void* event) {
  const cudaError_t state = cudaEventQuery(AsEvent(event));
  if (state == cudaErrorNotReady) return false;
  MNEME_CUDA_CHECK(state);
  return true;
}

}  // namespace mneme::cuda
