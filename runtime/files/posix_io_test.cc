#include "runtime/files/posix_io.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(PosixIoTest, FullDeviceSaysSo) {
  const FileDescriptor fd(open("/dev/full", O_WRONLY));
  if (fd.get() < 0) GTEST_SKIP() << "no /dev/full here";
  const absl::Status status = WriteAll(fd, "runs/model", 4096, "abc", 3);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("'runs/model'"), HasSubstr("3 of 3 bytes at offset 4096"),
                    HasSubstr("No space left on device")));
}

// A signal cuts a waiting write short: part of the bytes are out, or none.
TEST(PosixIoTest, WriteGoesOnAfterSignals) {
  struct sigaction ignore = {}, before;
  ignore.sa_handler = [](int) {};  // without SA_RESTART
  sigaction(SIGUSR1, &ignore, &before);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);

  std::string sent(1 << 20, '\0');
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7 + i / 256);
  std::string received;
  const pthread_t writer = pthread_self();
  std::atomic<bool> written{false};
  std::thread reader([&] {
    char piece[5000];
    while (true) {
      if (!written) pthread_kill(writer, SIGUSR1);
      const ssize_t got = read(reading.get(), piece, sizeof(piece));
      if (got <= 0) break;
      received.append(piece, got);
    }
  });
  const absl::Status status = WriteAll(writing, "pipe", 0, sent.data(), sent.size());
  written = true;
  EXPECT_EQ(writing.Close(), 0);
  reader.join();
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(received == sent) << received.size();
}

TEST(PosixIoTest, ReadAllAt) {
  const TempDir dir;
  std::ofstream(dir.File("f")) << "0123456789";
  const auto fd = OpenToRead(dir.File("f"));
  ASSERT_TRUE(fd.ok()) << fd.status();
  char got[5] = "....";
  EXPECT_TRUE(ReadAllAt(*fd, "f", 3, got, 4).ok());
  EXPECT_EQ(std::string(got), "3456");
  EXPECT_THAT(std::string(ReadAllAt(*fd, "f", 8, got, 4).message()),
              AllOf(HasSubstr("'f'"), HasSubstr("ends at offset 10, 2 bytes short")));
}

}  // namespace
}  // namespace mneme
