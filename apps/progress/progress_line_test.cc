#include "apps/progress/progress_line.h"

#include <gtest/gtest.h>

#include "apps/progress/test_output.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

StepStatus Status(int64_t step) {
  StepStatus status;
  status.step = step;
  status.total_steps = 1500;
  status.loss = 2.10341;
  status.val_loss = 2.2711;
  status.lr = 0.0029;
  status.tokens_per_second = 18432;
  status.unique_rows = 3100;
  return status;
}

TEST(ProgressLine, PlainLinesEverySoManySteps) {
  FakeClock clock;
  TestOutput output = TestOutput::Pipe();
  Screen screen(output.fd(), clock.function());
  ProgressLine line(&screen, 10);
  for (int step = 101; step <= 120; ++step) {
    line.Update(Status(step));
    clock.Advance(absl::Milliseconds(500));
  }
  line.Finish();
  EXPECT_EQ(output.Take(),
            "step 110/1500  loss 2.1034  val 2.2711  lr 2.9e-03  18.4k tok/s  rows 3.1k  "
            "ETA 11m35s\n"
            "step 120/1500  loss 2.1034  val 2.2711  lr 2.9e-03  18.4k tok/s  rows 3.1k  "
            "ETA 11m30s\n");
}

TEST(ProgressLine, TheLastStepHasItsLine) {
  TestOutput output = TestOutput::Pipe();
  Screen screen(output.fd());
  ProgressLine line(&screen, 10);
  StepStatus status;
  status.step = status.total_steps = 7;
  line.Update(status);
  EXPECT_EQ(output.Take(), "step 7/7  ETA 0s\n");
}

TEST(ProgressLine, AValueStaysUntilTheNextButForTheHeldOutLoss) {
  TestOutput output = TestOutput::Pipe();
  Screen screen(output.fd());
  ProgressLine line(&screen, 1);
  StepStatus status;
  status.total_steps = 9;
  status.step = 1;
  status.val_loss = 3;
  line.Update(status);
  status.val_loss.reset();
  status.loss = 2;
  status.step = 2;
  line.Update(status);
  status.loss.reset();
  status.step = 3;
  line.Update(status);
  const std::string text = output.Take();
  EXPECT_EQ(text.substr(0, 44), "step 1/9  val 3.0000\nstep 2/9  loss 2.0000  ") << text;
  EXPECT_NE(text.find("\nstep 3/9  loss 2.0000  "), std::string::npos) << text;
  EXPECT_EQ(text.find("val", 20), std::string::npos) << text;
}

// What is left of the line in a terminal of so many columns.
std::string LiveIn(int columns) {
  FakeClock clock;
  TestOutput output = TestOutput::Terminal(columns);
  Screen screen(output.fd(), clock.function());
  ProgressLine line(&screen, 1000);
  line.Update(Status(119));
  output.Take();
  clock.Advance(absl::Milliseconds(500));
  line.Update(Status(120));
  return output.Take();
}

TEST(ProgressLine, FitsTheTerminal) {
  EXPECT_EQ(LiveIn(120),
            "\r\x1b[Kstep 120/1500 [=>             ] loss 2.1034  val 2.2711  lr 2.9e-03  "
            "18.4k tok/s  rows 3.1k  ETA 11m30s");
  EXPECT_EQ(LiveIn(86),
            "\r\x1b[Kstep 120/1500  loss 2.1034  val 2.2711  lr 2.9e-03  18.4k tok/s  "
            "ETA 11m30s");
  EXPECT_EQ(LiveIn(60), "\r\x1b[Kstep 120/1500  loss 2.1034  val 2.2711  ETA 11m30s");
  EXPECT_EQ(LiveIn(20), "\r\x1b[Kstep 120/1500");
  EXPECT_EQ(LiveIn(9), "\r\x1b[Kstep 120");
  for (int columns = 4; columns < 140; ++columns) EXPECT_LE(LiveIn(columns).size(), columns + 3);
}

TEST(ProgressLine, OnATerminalThePlainLinesGoToTheLog) {
  const std::string path = testing::TempDir() + "/on_a_terminal.log";
  unlink(path.c_str());
  FakeClock clock;
  TestOutput output = TestOutput::Terminal(80);
  {
    auto log = TrainLog::Open(path, clock.function());
    ASSERT_TRUE(log.ok()) << log.status();
    Screen screen(output.fd(), clock.function());
    screen.set_log(log->get());
    ProgressLine line(&screen, 2);
    StepStatus status;
    status.total_steps = 3;
    for (status.step = 1; status.step <= 3; ++status.step) line.Update(status);
    screen.Print("done\nindeed");
    line.Finish();
    screen.set_log(nullptr);
  }
  EXPECT_EQ(*ReadFile(path),
            "2025-11-22T09:46:00Z step 2/3\n"
            "2025-11-22T09:46:00Z step 3/3  ETA 0s\n"
            "2025-11-22T09:46:00Z done\n"
            "2025-11-22T09:46:00Z indeed\n");
  const std::string text = output.Take();
  EXPECT_EQ(text.find("step 2/3"), std::string::npos) << "drawn within 200 ms: " << text;
  EXPECT_EQ(text.substr(text.rfind('\r')), "\r\x1b[Kstep 3/3 [===============] ETA 0s\n");
}

}  // namespace
}  // namespace mneme
