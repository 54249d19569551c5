#include "runtime/core/cuda_check.h"
#include "runtime/core/timed_event.h"

namespace mneme::cuda {
namespace {

cudaEvent_t AsEvent(void* event) { return static_cast<cudaEvent_t>(event); }

}  // namespace

void* CreateTimedEvent() {
  cudaEvent_t event;
  MNEME_CUDA_CHECK(cudaEventCreate(&event));
  return event;
}

void DestroyTimedEvent(void* event) { MNEME_CUDA_CHECK(cudaEventDestroy(AsEvent(event))); }

void RecordTimedEvent(void* event, void* stream) {
  MNEME_CUDA_CHECK(cudaEventRecord(AsEvent(event), static_cast<cudaStream_t>(stream)));
}

double MillisecondsBetween(void* start, void* end) {
  float milliseconds = 0.0f;
  MNEME_CUDA_CHECK(cudaEventSynchronize(AsEvent(start)));
  MNEME_CUDA_CHECK(cudaEventSynchronize(AsEvent(end)));
  MNEME_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, AsEvent(start), AsEvent(end)));
  return milliseconds;
}

}  // namespace mneme::cuda
