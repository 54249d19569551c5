// Updates rows in host memory with gradients that come from a device, while the caller goes on.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_ROW_UPDATER_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_ROW_UPDATER_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/sparse_adam/sparse_adam.h"
#include "runtime/core/stream.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Gradients travel in chunks of rows, on a stream of their own. A thread waits for them and updates
// a chunk's rows, with all the threads of the pool, while the next ones are on their way.
class RowUpdater {
 public:
  // table: in host memory, which the updater writes to. Gradients come from `device`, rounded to
  // gradients_dtype (f32 or bf16) for the way. `name` names the table in an error.
  static absl::StatusOr<std::unique_ptr<RowUpdater>> Create(const std::string& name,
                                                            AdamTable table, DType gradients_dtype,
                                                            Device device);
  // Waits.
  ~RowUpdater();

  // Starts one update, in the order of device's compute stream: no row is written before all
  // work put there so far is done. Waits for the update before, and for nothing else.
  void Start(const SparseAdamArgs& args, const RowGradients& gradients);

  // Until the rows of every update have been written.
  void Wait();

  // Rows of the last update. Waits until their number has come.
  int64_t LastTouchedRows();
  // Of all updates, the last one included once LastTouchedRows has waited for it.
  int64_t TotalTouchedRows();

 private:
  struct Job {
    SparseAdamArgs args;     // factors: on the device
    RowGradients gradients;  // on the device, as they travel
  };

  // Where a chunk arrives.
  struct Chunk {
    Tensor rows;       // i64 [chunk_rows], pinned
    Tensor gradients;  // [chunk_rows, dim], pinned
    Tensor count;      // i64 [1]
    std::unique_ptr<Event> arrived;
  };

  RowUpdater(AdamTable table, DType gradients_dtype, Device device);
  absl::Status AllocateChunks(const std::string& name);

  // On the thread:
  void Run();
  void Update(Job job);
  void StartChunk(const Job& job, int64_t begin, int64_t end, Chunk& chunk);

  const AdamTable table_;
  const DType gradients_dtype_;
  const Device device_;
  Stream stream_;  // copies to the host
  Event ready_;    // on the compute stream: the gradients are complete
  Event header_arrived_;
  Tensor count_;    // i64 [1], pinned: the rows of the update under way
  Tensor factors_;  // f32 [4], pinned: its AdamFactors
  std::vector<Chunk> chunks_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> next_;               // handed over, not yet taken
  bool is_busy_ = false;                  // from Start until the rows have been written
  std::optional<int64_t> row_count_ = 0;  // of the last update; unset: not known yet
  int64_t total_rows_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_ROW_UPDATER_H_
