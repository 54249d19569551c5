#include "runtime/parallel/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "glog/logging.h"

namespace mneme {
namespace {

// How long an idle worker watches for the next loop before it sleeps: some 30 to 100 us, which
// bridges the gaps between the loops of a training step.
constexpr int kIdleSpins = 2000;
// How long a caller watches for its last worker before it offers its CPU to others.
constexpr int kFinishSpins = 10000;

thread_local bool inside_body = false;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int UsableCpus() {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) return std::max(1, CPU_COUNT(&cpus));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void RunInline(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  for (int64_t begin = 0; begin < count; begin += std::min(grain, count - begin)) {
    body(begin, begin + std::min(grain, count - begin));
  }
}

// One loop at a time. Workers watch `epoch_`; a worker may touch the loop's fields only between
// entering `gate_` while it is open and leaving it again, and the caller closes the gate and
// waits for it to empty before the fields may change. A worker that wakes up too late finds the
// gate closed, and nobody ever waits for a worker that is asleep.
class ThreadPool {
 public:
  static ThreadPool& Get() {
    static ThreadPool* pool = new ThreadPool;  // never destroyed: exit does not wait for workers
    return *pool;
  }

  int num_threads() const { return num_threads_.load(std::memory_order_relaxed); }

  void Resize(int num_threads) {
    std::lock_guard<std::mutex> turn(turn_);
    StopWorkers();
    num_threads_ = num_threads > 0 ? num_threads : UsableCpus();
  }

  void Run(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    std::lock_guard<std::mutex> turn(turn_);
    if (workers_.empty()) StartWorkers();
    count_ = count;
    grain_ = grain;
    num_chunks_ = (count - 1) / grain + 1;
    body_ = &body;
    next_chunk_.store(0, std::memory_order_relaxed);
    gate_.store(kOpen, std::memory_order_release);
    WakeWorkers();

    WorkOnChunks();
    gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
    for (int spins = 0; gate_.load(std::memory_order_acquire) != 0; ++spins) {
      if (spins < kFinishSpins) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  static constexpr uint32_t kOpen = 1;  // gate_'s lowest bit; the rest counts workers inside
  static constexpr uint32_t kWorker = 2;

  ThreadPool() : num_threads_(UsableCpus()) {}

  // As many as the system allows, where it does not allow all.
  void StartWorkers() {
    const int wanted = num_threads();
    try {
      for (int i = 1; i < wanted; ++i) {
        workers_.emplace_back([this, seen = epoch_.load()] { WorkerMain(seen); });
      }
    } catch (const std::system_error& error) {
      num_threads_ = static_cast<int>(workers_.size()) + 1;
      LOG(WARNING) << "the system lets " << num_threads() << " of " << wanted
                   << " CPU threads start (" << error.what() << "); going on with those";
    }
  }

  void StopWorkers() {
    stopping_ = true;
    WakeWorkers();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    stopping_ = false;
  }

  void WakeWorkers() {
    epoch_.fetch_add(1);  // sequentially consistent with sleepers_: one side sees the other
    if (sleepers_.load() == 0) return;
    { std::lock_guard<std::mutex> lock(sleep_mutex_); }
    wake_.notify_all();
  }

  uint32_t AwaitEpochAfter(uint32_t seen) {
    for (int spins = 0; spins < kIdleSpins; ++spins) {
      uint32_t epoch = epoch_.load(std::memory_order_acquire);
      if (epoch != seen) return epoch;
      Pause();
    }
    std::unique_lock<std::mutex> lock(sleep_mutex_);
    sleepers_.fetch_add(1);
    wake_.wait(lock, [&] { return epoch_.load() != seen; });
    sleepers_.fetch_sub(1);
    return epoch_.load();
  }

  bool EnterGate() {
    uint32_t gate = gate_.load(std::memory_order_relaxed);
    while (gate & kOpen) {
      if (gate_.compare_exchange_weak(gate, gate + kWorker, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  void WorkerMain(uint32_t seen) {
    while (true) {
      seen = AwaitEpochAfter(seen);
      if (stopping_) return;
      if (!EnterGate()) continue;
      WorkOnChunks();
      gate_.fetch_sub(kWorker, std::memory_order_release);
    }
  }

  void WorkOnChunks() {
    inside_body = true;
    while (true) {
      int64_t chunk = next_chunk_.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= num_chunks_) break;
      int64_t begin = chunk * grain_;
      (*body_)(begin, begin + std::min(grain_, count_ - begin));
    }
    inside_body = false;
  }

  std::mutex turn_;  // held for a whole loop
  std::vector<std::thread> workers_;
  std::atomic<int> num_threads_;
  std::atomic<bool> stopping_{false};

  // The loop under way.
  int64_t count_ = 0;
  int64_t grain_ = 1;
  int64_t num_chunks_ = 0;
  const FunctionRef<void(int64_t, int64_t)>* body_ = nullptr;

  // Each on a cache line of its own: idle workers read one while busy ones write another.
  alignas(64) std::atomic<uint32_t> epoch_{0};
  alignas(64) std::atomic<uint32_t> gate_{0};
  alignas(64) std::atomic<int64_t> next_chunk_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::mutex sleep_mutex_;
  std::condition_variable wake_;
};

}  // namespace

void ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  CHECK_GT(grain, 0);
  if (count <= grain || inside_body || NumThreads() == 1) {
    RunInline(count, grain, body);
  } else {
    ThreadPool::Get().Run(count, grain, body);
  }
}

double OrderedSum(int64_t count, int64_t grain, FunctionRef<double(int64_t, int64_t)> body) {
  CHECK_GT(grain, 0);
  if (count <= 0) return 0.0;
  std::vector<double> chunk_sums((count - 1) / grain + 1);
  ParallelFor(count, grain,
              [&](int64_t begin, int64_t end) { chunk_sums[begin / grain] = body(begin, end); });
  double sum = 0.0;
  for (double chunk_sum : chunk_sums) sum += chunk_sum;
  return sum;
}

int NumThreads() { return ThreadPool::Get().num_threads(); }

void SetNumThreads(int num_threads) {
  CHECK(!inside_body) << "SetNumThreads called from inside a ParallelFor body";
  ThreadPool::Get().Resize(num_threads);
}

}  // namespace mneme
