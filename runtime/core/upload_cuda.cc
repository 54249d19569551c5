#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/memory.h"
#include "runtime/core/small_copy_cuda.h"
#include "runtime/core/stream.h"

namespace mneme::cuda {
namespace {

constexpr int64_t kRingBytes = 32 << 20;
constexpr int64_t kPieceBytes = 4 << 20;  // at most, of one copy
constexpr int64_t kAlignment = 256;

// Pinned memory through which copies to the GPU go: the host writes into it and goes on, while a
// copy straight from other memory would make it wait until the GPU gets there.
class UploadRing {
 public:
  void Copy(char* to, const char* from, int64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (int64_t done = 0; done < bytes;) {
      const int64_t piece = std::min(bytes - done, kPieceBytes);
      char* const staged = Take(piece);
      std::memcpy(staged, from + done, piece);
      if (piece <= kMaxSmallCopyBytes) {
        SmallCopy(to + done, staged, piece, SmallCopySource::kWrittenByHost);
      } else {
        MNEME_CUDA_CHECK(
            cudaMemcpyAsync(to + done, staged, piece, cudaMemcpyHostToDevice, ComputeStream()));
      }
      in_flight_.back().event->Record(Stream::Compute(Device::Cuda()));
      done += piece;
    }
  }

 private:
  struct Piece {
    int64_t begin, end;
    std::unique_ptr<Event> event;  // it has been copied
  };

  // Room for the next piece. Waits for the copies that used it last, if they are not done.
  char* Take(int64_t bytes) {
    const int64_t size = RoundUp(bytes, kAlignment);
    if (next_ + size > kRingBytes) {
      while (!in_flight_.empty() && in_flight_.front().begin >= next_) Retire();
      next_ = 0;
    }
    const int64_t begin = next_, end = begin + size;
    while (!in_flight_.empty() && in_flight_.front().begin < end &&
           in_flight_.front().end > begin) {
      Retire();
    }
    in_flight_.push_back({begin, end, TakeEvent()});
    next_ = end;
    return ring_ + begin;
  }

  void Retire() {
    std::unique_ptr<Event>& event = in_flight_.front().event;
    if (!event->IsDone()) event->Synchronize();
    free_events_.push_back(std::move(event));
    in_flight_.pop_front();
  }

  std::unique_ptr<Event> TakeEvent() {
    while (!in_flight_.empty() && in_flight_.front().event->IsDone()) Retire();
    if (free_events_.empty()) return std::make_unique<Event>(Device::Cuda());
    std::unique_ptr<Event> event = std::move(free_events_.back());
    free_events_.pop_back();
    return event;
  }

  std::mutex mutex_;
  char* const ring_ = static_cast<char*>(AllocatePinned(kRingBytes));
  int64_t next_ = 0;
  std::deque<Piece> in_flight_;  // in the order of the ring
  std::vector<std::unique_ptr<Event>> free_events_;
};

}  // namespace

void CopyToDevice(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  static auto* ring = new UploadRing;  // never destroyed: tensors may outlive main
  ring->Copy(static_cast<char*>(to), static_cast<const char*>(from), bytes);
}

}  // namespace mneme::cuda
