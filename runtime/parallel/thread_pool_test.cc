#include "runtime/parallel/thread_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace mneme {
namespace {

class ThreadPoolTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { SetNumThreads(GetParam()); }
  void TearDown() override { SetNumThreads(0); }
};

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, testing::Range(1, 9));

TEST_P(ThreadPoolTest, NumThreadsIsWhatWasSet) { EXPECT_EQ(NumThreads(), GetParam()); }

TEST_P(ThreadPoolTest, VisitsEveryIndexOnce) {
  for (int64_t count : {0, 1, 2, 7, 63, 64, 65, 1000, 10007}) {
    for (int64_t grain : {1, 2, 7, 64, 1000, 20000}) {
      std::vector<int> visits(count, 0);
      ParallelFor(count, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++visits[i];
      });
      EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), count) << count << "/" << grain;
    }
  }
}

TEST_P(ThreadPoolTest, ChunksDoNotDependOnTheThreads) {
  constexpr int64_t kCount = 1003, kGrain = 10;
  std::mutex mutex;
  std::set<std::pair<int64_t, int64_t>> chunks;
  ParallelFor(kCount, kGrain, [&](int64_t begin, int64_t end) {
    std::lock_guard<std::mutex> lock(mutex);
    EXPECT_TRUE(chunks.emplace(begin, end).second);
  });
  std::set<std::pair<int64_t, int64_t>> expected;
  for (int64_t begin = 0; begin < kCount; begin += kGrain) {
    expected.emplace(begin, std::min(begin + kGrain, kCount));
  }
  EXPECT_EQ(chunks, expected);
}

TEST_P(ThreadPoolTest, NestedLoopsRunOnTheCallingThread) {
  std::vector<int> visits(50 * 40, 0);
  std::atomic<int> strangers{0};
  ParallelFor(50, 1, [&](int64_t row, int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    ParallelFor(40, 3, [&](int64_t begin, int64_t end) {
      if (std::this_thread::get_id() != outer) ++strangers;
      for (int64_t column = begin; column < end; ++column) ++visits[row * 40 + column];
    });
  });
  EXPECT_EQ(strangers, 0);
  EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), 50 * 40);
}

TEST_P(ThreadPoolTest, ManyTinyLoops) {
  std::vector<int64_t> values(37, 0);
  constexpr int64_t kLoops = 3000;
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    ParallelFor(37, 1 + loop % 5, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) values[i] += i;
    });
  }
  for (int64_t i = 0; i < 37; ++i) EXPECT_EQ(values[i], i * kLoops);
}

TEST_P(ThreadPoolTest, CallersTakeTurns) {
  constexpr int64_t kCallers = 4, kCount = 500;
  std::vector<std::vector<int>> visits(kCallers, std::vector<int>(kCount, 0));
  std::vector<std::thread> callers;
  for (int64_t caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int loop = 0; loop < 100; ++loop) {
        ParallelFor(kCount, 30, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) ++visits[caller][i];
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const auto& v : visits) EXPECT_EQ(std::count(v.begin(), v.end(), 100), kCount);
}

TEST_P(ThreadPoolTest, OrderedSumHasTheSameBits) {
  // Terms of very different size, so that any other order of the chunks shows.
  auto term = [](int64_t i) { return (i % 2 ? 1.0 : -1.0) / (1 + i * i % 1009) * (1 << i % 30); };
  auto body = [&](int64_t begin, int64_t end) {
    double sum = 0.0;
    for (int64_t i = begin; i < end; ++i) sum += term(i);
    return sum;
  };
  constexpr int64_t kCount = 9999, kGrain = 17;
  double expected = 0.0;
  for (int64_t begin = 0; begin < kCount; begin += kGrain) {
    expected += body(begin, std::min(begin + kGrain, kCount));
  }
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_EQ(OrderedSum(kCount, kGrain, body), expected);
  }
  EXPECT_EQ(OrderedSum(0, 1, body), 0.0);
  EXPECT_EQ(OrderedSum(-3, 1, body), 0.0);
}

TEST_P(ThreadPoolTest, CountsBeyond32Bits) {
  constexpr int64_t kCount = (int64_t{1} << 40) + 5, kGrain = int64_t{1} << 34;
  std::atomic<int64_t> total{0};
  ParallelFor(kCount, kGrain, [&](int64_t begin, int64_t end) { total += end - begin; });
  EXPECT_EQ(total, kCount);
  // The end of the last chunk must not overflow.
  total = 0;
  ParallelFor(std::numeric_limits<int64_t>::max(), int64_t{1} << 61,
              [&](int64_t begin, int64_t end) { total += end - begin; });
  EXPECT_EQ(total, std::numeric_limits<int64_t>::max());
}

TEST(ThreadPoolSingleChunkTest, StaysOnTheCaller) {
  SetNumThreads(4);
  std::thread::id ran;
  ParallelFor(100, 100, [&](int64_t, int64_t) { ran = std::this_thread::get_id(); });
  EXPECT_EQ(ran, std::this_thread::get_id());
  SetNumThreads(0);
  EXPECT_GE(NumThreads(), 1);
}

// Room for the stacks of a few threads, no more.
TEST(ThreadPoolFewThreadsTest, GoesOnWithThoseThatStart) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "takes address space of its own";
#endif
  struct rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  int64_t pages = 0;
  ASSERT_TRUE(std::ifstream("/proc/self/statm") >> pages);
  rlimit few = before;
  few.rlim_cur = pages * sysconf(_SC_PAGESIZE) + (int64_t{100} << 20);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &few), 0);
  SetNumThreads(4000);
  std::atomic<int64_t> total{0};
  ParallelFor(1000, 1, [&](int64_t begin, int64_t end) { total += end - begin; });
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(total, 1000);
  EXPECT_LT(NumThreads(), 4000);
  SetNumThreads(0);
}

TEST(ThreadPoolDeathTest, GrainMustBePositive) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(ParallelFor(10, 0, [](int64_t, int64_t) {}), "grain > 0");
}

}  // namespace
}  // namespace mneme
