#include "apps/progress/screen.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "apps/progress/test_output.h"

namespace mneme {
namespace {

std::string Show(Screen& screen, const std::string& text, bool now = true) {
  int given = -1;
  screen.ShowLive(
      [&](int columns) {
        given = columns;
        return text;
      },
      now);
  return std::to_string(given);
}

TEST(Screen, APipeGetsPlainLinesOnly) {
  TestOutput output = TestOutput::Pipe();
  {
    Screen screen(output.fd());
    EXPECT_FALSE(screen.live());
    screen.Print("one");
    EXPECT_EQ(Show(screen, "live"), "-1");
    screen.Print("two\nthree\n");
    screen.ClearLive();
  }
  EXPECT_EQ(output.Take(), "one\ntwo\nthree\n");
}

TEST(Screen, ADumbTerminalIsNoTerminal) {
  TestOutput output = TestOutput::Terminal(40, "dumb");
  Screen screen(output.fd());
  EXPECT_FALSE(screen.live());
  Show(screen, "live");
  EXPECT_EQ(output.Take(), "");
}

TEST(Screen, MessagesGoAboveTheLiveLine) {
  TestOutput output = TestOutput::Terminal(40);
  Screen screen(output.fd());
  ASSERT_TRUE(screen.live());
  EXPECT_EQ(Show(screen, "step 1"), "39");
  EXPECT_EQ(output.Take(), "\r\x1b[Kstep 1");
  screen.Print("a message");
  EXPECT_EQ(output.Take(), "\r\x1b[Ka message\nstep 1");
  screen.ClearLive();
  screen.ClearLive();
  EXPECT_EQ(output.Take(), "\r\x1b[K");
  screen.Print("another");
  EXPECT_EQ(output.Take(), "another\n");
}

TEST(Screen, KeepsTheLastLiveLineAtItsEnd) {
  TestOutput output = TestOutput::Terminal(40);
  {
    Screen screen(output.fd());
    Show(screen, "step 9");
  }
  EXPECT_EQ(output.Take(), "\r\x1b[Kstep 9\n");
}

TEST(Screen, CutsALiveLineThatIsTooLong) {
  TestOutput output = TestOutput::Terminal(10);
  Screen screen(output.fd());
  Show(screen, "123456789012345");
  EXPECT_EQ(output.Take(), "\r\x1b[K123456789");
  output.Resize(6);
  Show(screen, "123456789012345");
  EXPECT_EQ(output.Take(), "\r\x1b[K12345");
}

TEST(Screen, RedrawsAtMostFiveTimesASecond) {
  FakeClock clock;
  TestOutput output = TestOutput::Terminal(40);
  Screen screen(output.fd(), clock.function());
  int drawn = 0;
  for (int i = 0; i < 1000; ++i) {
    screen.ShowLive([&](int) { return ++drawn, "x"; });
    clock.Advance(absl::Milliseconds(10));
  }
  EXPECT_EQ(drawn, 50);
  screen.ShowLive([&](int) { return ++drawn, "x"; }, /*now=*/true);
  EXPECT_EQ(drawn, 51);
}

TEST(Screen, ControlCharactersAreHarmless) {
  TestOutput output = TestOutput::Pipe();
  Screen screen(output.fd());
  screen.Print("a\x1b[31m\tb\r\x7f\xc3\xa9");
  EXPECT_EQ(output.Take(), "a?[31m\tb??\xc3\xa9\n");
}

TEST(Screen, SurvivesAReaderThatIsGone) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Screen screen(ends[1]);
  screen.Print("nobody listens");
  std::signal(SIGPIPE, before);
  close(ends[1]);
}

TEST(Screen, LinesOfManyThreadsStayWhole) {
  TestOutput output = TestOutput::Terminal(40);
  {
    Screen screen(output.fd());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&screen, t] {
        for (int i = 0; i < 20; ++i) {
          screen.Print(std::string(9, static_cast<char>('a' + t)));
          screen.ShowLive([](int) { return "live"; }, true);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    screen.ClearLive();
  }
  std::string text = output.Take();
  for (const std::string escape : {"\r\x1b[Klive", "\r\x1b[K", "live"}) {
    for (size_t at; (at = text.find(escape)) != std::string::npos;) text.erase(at, escape.size());
  }
  ASSERT_EQ(text.size(), 4 * 20 * 10);
  for (size_t line = 0; line < text.size(); line += 10) {
    EXPECT_EQ(text.substr(line, 10), std::string(9, text[line]) + "\n");
  }
}

}  // namespace
}  // namespace mneme
