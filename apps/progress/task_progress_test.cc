#include "apps/progress/task_progress.h"

#include <gtest/gtest.h>

#include "apps/progress/test_output.h"

namespace mneme {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

TEST(TaskProgress, SaysNothingOfWhatIsQuick) {
  FakeClock clock;
  for (const bool terminal : {true, false}) {
    TestOutput output = terminal ? TestOutput::Terminal(80) : TestOutput::Pipe();
    Screen screen(output.fd(), clock.function());
    {
      TaskProgress task(&screen, "writing checkpoint", TaskProgress::Unit::kBytes);
      for (int i = 1; i <= 4; ++i) {
        clock.Advance(absl::Milliseconds(100));
        task.Update(i * kGiB, 4 * kGiB);
      }
    }
    EXPECT_EQ(output.Take(), "");
  }
}

TEST(TaskProgress, ALiveLineThatGoesAway) {
  FakeClock clock;
  TestOutput output = TestOutput::Terminal(80);
  Screen screen(output.fd(), clock.function());
  {
    TaskProgress task(&screen, "writing checkpoint", TaskProgress::Unit::kBytes);
    clock.Advance(absl::Seconds(2));
    task.Update(2 * kGiB, 4 * kGiB);
    EXPECT_EQ(output.Take(),
              "\r\x1b[Kwriting checkpoint [=======>       ] 2 GiB of 4 GiB  1 GiB/s  ETA 2s");
    clock.Advance(absl::Seconds(1));
    task.Update(kGiB, 4 * kGiB);  // from a thread that comes late
    EXPECT_EQ(output.Take(), "");
    output.Resize(40);
    task.Update(3 * kGiB, 4 * kGiB);
    EXPECT_EQ(output.Take(), "\r\x1b[Kwriting checkpoint 75%");
  }
  EXPECT_EQ(output.Take(), "\r\x1b[K");
}

TEST(TaskProgress, PlainLinesNowAndThen) {
  FakeClock clock;
  TestOutput output = TestOutput::Pipe();
  Screen screen(output.fd(), clock.function());
  TaskProgress task(&screen, "drawing rows", TaskProgress::Unit::kCount);
  for (int second = 1; second <= 25; ++second) {
    clock.Advance(absl::Seconds(1));
    task.Update(second * 2'000'000, 60'000'000);
  }
  EXPECT_EQ(output.Take(),
            "drawing rows: 20M of 60M  2M/s  ETA 20s\n"
            "drawing rows: 40M of 60M  2M/s  ETA 10s\n");
}

}  // namespace
}  // namespace mneme
