// Batches made ahead of time by a thread.

#ifndef MNEME_DATA_LOADER_BATCH_PREFETCHER_H_
#define MNEME_DATA_LOADER_BATCH_PREFETCHER_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "data/loader/batch.h"
#include "data/loader/batch_maker.h"

namespace mneme {

// A batch, and where its maker stood behind it: a loader's state is that of the batches it
// handed out, not of those that wait.
struct MadeBatch {
  Batch batch;
  ShuffleCursor cursor_after;
};

class BatchPrefetcher {
 public:
  // Starts making batches, up to `capacity` ahead. `maker` is this object's alone until it is
  // destroyed.
  BatchPrefetcher(BatchMaker* maker, int64_t capacity);
  ~BatchPrefetcher();  // stops the thread and waits for it

  // The next batch, in the maker's order. The first error is the last thing made: it comes again
  // at every call.
  absl::StatusOr<MadeBatch> Next();

 private:
  void MakeBatches();  // the thread
  absl::StatusOr<MadeBatch> MakeOne();

  BatchMaker* const maker_;
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;             // of what follows
  std::deque<absl::StatusOr<MadeBatch>> made_;  // guarded by mutex_
  bool stop_ = false;                           // guarded by mutex_
  std::thread thread_;
};

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_BATCH_PREFETCHER_H_
