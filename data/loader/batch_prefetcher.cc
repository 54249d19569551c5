#include "data/loader/batch_prefetcher.h"

#include <utility>

#include "runtime/core/status.h"

namespace mneme {

BatchPrefetcher::BatchPrefetcher(BatchMaker* maker, int64_t capacity)
    : maker_(maker), capacity_(capacity), thread_([this] { MakeBatches(); }) {}

BatchPrefetcher::~BatchPrefetcher() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

absl::StatusOr<MadeBatch> BatchPrefetcher::MakeOne() {
  MNEME_ASSIGN_OR_RETURN(Batch batch, maker_->Next());
  return MadeBatch{std::move(batch), maker_->cursor()};
}

void BatchPrefetcher::MakeBatches() {
  bool ok = true;
  while (ok) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || made_.size() < capacity_; });
      if (stop_) return;
    }
    absl::StatusOr<MadeBatch> made = MakeOne();
    ok = made.ok();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      made_.push_back(std::move(made));
    }
    changed_.notify_all();
  }
}

absl::StatusOr<MadeBatch> BatchPrefetcher::Next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !made_.empty(); });
  if (!made_.front().ok()) return made_.front().status();
  absl::StatusOr<MadeBatch> next = std::move(made_.front());
  made_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return next;
}

}  // namespace mneme
