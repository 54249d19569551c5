#include "apps/progress/metrics_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <fstream>

#include "apps/progress/test_output.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

class MetricsWriterTest : public testing::Test {
 protected:
  MetricsWriterTest()
      : path_(testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl") {
    unlink(path_.c_str());
  }

  std::unique_ptr<MetricsWriter> Open(int64_t resume_step) {
    auto writer = MetricsWriter::Open(path_, resume_step, clock_.function());
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }

  // The file after a run that found `before` and went on after `resume_step`.
  std::string Resumed(const std::string& before, int64_t resume_step) {
    std::ofstream(path_, std::ios::binary) << before;
    Open(resume_step);
    return *ReadFile(path_);
  }

  FakeClock clock_;
  const std::string path_;
};

TEST_F(MetricsWriterTest, OneLineARecordInTheOrderGiven) {
  const auto writer = Open(0);
  clock_.Advance(absl::Microseconds(250));
  EXPECT_TRUE(writer->Write(10, {{"speed/wps", 18432.5}, {"acc_step", int64_t{1} << 60}}).ok());
  EXPECT_EQ(*ReadFile(path_),
            "{\"global_step\":10,\"speed/wps\":18432.5,\"acc_step\":1152921504606846976,"
            "\"created_at\":\"2025-11-22T09:46:00.000250+00:00\"}\n");
  EXPECT_TRUE(writer->Write(20, {{"loss/out", std::nan("")}, {"name", "a\"\xff"}}).ok());
  EXPECT_EQ(ReadFile(path_)->substr(ReadFile(path_)->find('\n') + 1),
            "{\"global_step\":20,\"loss/out\":null,\"name\":\"a\\\"\xef\xbf\xbd\","
            "\"created_at\":\"2025-11-22T09:46:00.000250+00:00\"}\n");
}

TEST_F(MetricsWriterTest, ADoubleComesBackWithAllItsBits) {
  ASSERT_TRUE(Open(0)->Write(1, {{"x", 0.1 + 0.2}}).ok());
  EXPECT_NE(ReadFile(path_)->find("0.30000000000000004"), std::string::npos);
}

TEST_F(MetricsWriterTest, ResumingKeepsWhatIsDone) {
  const std::string done = "{\"global_step\":10,\"x\": 1}\n{\"global_step\": 20}\n";
  EXPECT_EQ(Resumed(done, 20), done);
  EXPECT_TRUE(Open(20)->Write(30, {}).ok());
  EXPECT_EQ(ReadFile(path_)->substr(0, done.size() + 17), done + "{\"global_step\":30");
}

TEST_F(MetricsWriterTest, ResumingCutsOffWhatWillBeDoneAgain) {
  const std::string lines =
      "{\"global_step\":10}\n{\"global_step\":20}\n{\"global_step\":30}\n{\"global_step\":3";
  EXPECT_EQ(Resumed(lines, 20), "{\"global_step\":10}\n{\"global_step\":20}\n");
  EXPECT_EQ(Resumed(lines, 25), "{\"global_step\":10}\n{\"global_step\":20}\n");
  EXPECT_EQ(Resumed(lines, 100),
            "{\"global_step\":10}\n{\"global_step\":20}\n{\"global_step\":30}\n");
  EXPECT_EQ(Resumed(lines, 0), "");
}

TEST_F(MetricsWriterTest, CutAnywhereALineIsWholeOrGone) {
  const std::string first = "{\"global_step\":10,\"loss/out\":2.5}\n";
  const std::string second = "{\"global_step\":20,\"loss/out\":2.4}\n";
  for (size_t bytes = 0; bytes < second.size(); ++bytes) {
    EXPECT_EQ(Resumed(first + second.substr(0, bytes), 100), first) << bytes;
  }
}

TEST_F(MetricsWriterTest, DropsBrokenLinesAndKeepsForeignOnes) {
  EXPECT_EQ(Resumed("{\"global_st\n[1]\n\n{\"epoch\":1}\n{\"global_step\":5}\n", 5),
            "{\"epoch\":1}\n{\"global_step\":5}\n");
}

TEST_F(MetricsWriterTest, AfterAFullDiskThereIsNoHalfLine) {
  const auto writer = Open(0);
  ASSERT_TRUE(writer->Write(1, {{"x", int64_t{1}}}).ok());
  const std::string before = *ReadFile(path_);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const struct rlimit full = {before.size() + 20, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status status = writer->Write(2, {{"x", int64_t{2}}});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find(path_), absl::string_view::npos) << status;
  EXPECT_EQ(*ReadFile(path_), before);
}

TEST_F(MetricsWriterTest, AFolderThatIsNotThereIsAnError) {
  const auto writer = MetricsWriter::Open(path_ + "/none/metrics.jsonl", 0);
  EXPECT_FALSE(writer.ok());
}

}  // namespace
}  // namespace mneme
