#include "memory_layer/value_store/row_updater.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "nn/optim/adam_factors.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/profiler_range.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kChunkBytes = 16 << 20;  // of gradients: some 0.3 ms on the link
constexpr int64_t kChunks = 4;             // one is worked on while others arrive

// Waits without keeping a core busy, as waiting for the event itself would.
void WaitUntilDone(const Event& event) {
  while (!event.IsDone()) std::this_thread::sleep_for(std::chrono::microseconds(20));
}

}  // namespace

RowUpdater::RowUpdater(AdamTable table, DType gradients_dtype, Device device)
    : table_(std::move(table)),
      gradients_dtype_(gradients_dtype),
      device_(device),
      stream_(device),
      ready_(device),
      header_arrived_(device) {}

absl::Status RowUpdater::AllocateChunks(const std::string& name) {
  const int64_t n_rows = table_.values.dim(0), dim = table_.values.dim(1);
  const int64_t chunk_rows =
      std::min(n_rows, std::max<int64_t>(1, kChunkBytes / (dim * DTypeBytes(gradients_dtype_))));
  const std::string what = absl::StrCat("gradients of ", name);
  MNEME_ASSIGN_OR_RETURN(count_, MapPinned({1}, DType::kI64, device_, what));
  MNEME_ASSIGN_OR_RETURN(factors_, MapPinned({kAdamFactors}, DType::kF32, device_, what));
  for (int64_t i = 0; i < kChunks; ++i) {
    Chunk chunk;
    MNEME_ASSIGN_OR_RETURN(chunk.rows, MapPinned({chunk_rows}, DType::kI64, device_, what));
    MNEME_ASSIGN_OR_RETURN(chunk.gradients,
                           MapPinned({chunk_rows, dim}, gradients_dtype_, device_, what));
    chunk.count = Tensor::Empty({1}, DType::kI64, Device::Cpu());
    chunk.arrived = std::make_unique<Event>(device_);
    chunks_.push_back(std::move(chunk));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RowUpdater>> RowUpdater::Create(const std::string& name,
                                                               AdamTable table,
                                                               DType gradients_dtype,
                                                               Device device) {
  auto updater =
      std::unique_ptr<RowUpdater>(new RowUpdater(std::move(table), gradients_dtype, device));
  MNEME_RETURN_IF_ERROR(updater->AllocateChunks(name));
  updater->thread_ = std::thread([raw = updater.get()] { raw->Run(); });
  return updater;
}

RowUpdater::~RowUpdater() {
  Wait();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RowUpdater::Start(const SparseAdamArgs& args, const RowGradients& gradients) {
  Wait();
  Job job = {.args = args, .gradients = gradients};
  if (gradients_dtype_ != DType::kF32) {
    job.gradients.gradients = Tensor::Empty(gradients.gradients.shape(), gradients_dtype_, device_);
    RoundRows(gradients, job.gradients.gradients);
  }
  ready_.Record(Stream::Compute(device_));
  stream_.Wait(ready_);
  StartCopy(gradients.count, count_, stream_);
  StartCopy(args.factors, factors_, stream_);
  header_arrived_.Record(stream_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    next_ = std::move(job);
    is_busy_ = true;
    row_count_.reset();
  }
  changed_.notify_all();
}

void RowUpdater::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !is_busy_; });
}

int64_t RowUpdater::LastTouchedRows() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return row_count_.has_value(); });
  return *row_count_;
}

int64_t RowUpdater::TotalTouchedRows() {
  std::lock_guard<std::mutex> lock(mutex_);
  return total_rows_;
}

void RowUpdater::Run() {
  for (;;) {
    std::optional<Job> job;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return next_.has_value() || is_stopping_; });
      if (!next_.has_value()) return;
      job = std::exchange(next_, std::nullopt);
    }
    Update(*std::move(job));
    {
      std::lock_guard<std::mutex> lock(mutex_);
      is_busy_ = false;
    }
    changed_.notify_all();
  }
}

void RowUpdater::StartChunk(const Job& job, int64_t begin, int64_t end, Chunk& chunk) {
  StartCopy(job.gradients.rows.Slice(begin, end), chunk.rows.Slice(0, end - begin), stream_);
  StartCopy(job.gradients.gradients.Slice(begin, end), chunk.gradients.Slice(0, end - begin),
            stream_);
  chunk.arrived->Record(stream_);
}

void RowUpdater::Update(Job job) {
  const ProfilerRange range("update rows");
  WaitUntilDone(header_arrived_);
  const int64_t count = *count_.data<int64_t>(), chunk_rows = chunks_[0].rows.numel();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    row_count_ = count;
    total_rows_ += count;
  }
  changed_.notify_all();
  job.args.factors = factors_;

  const int64_t n_chunks = CeilDiv(count, chunk_rows);
  const auto start_copy = [&](int64_t i) {
    if (i >= n_chunks) return;
    StartChunk(job, i * chunk_rows, std::min((i + 1) * chunk_rows, count), chunks_[i % kChunks]);
  };
  for (int64_t i = 0; i < kChunks; ++i) start_copy(i);
  for (int64_t i = 0; i < n_chunks; ++i) {
    const Chunk& chunk = chunks_[i % kChunks];
    WaitUntilDone(*chunk.arrived);
    const int64_t rows = std::min(chunk_rows, count - i * chunk_rows);
    *chunk.count.data<int64_t>() = rows;
    SparseAdam(job.args, {chunk.rows.Slice(0, rows), chunk.count, chunk.gradients.Slice(0, rows)},
               table_);
    start_copy(i + kChunks);
  }
}

}  // namespace mneme
