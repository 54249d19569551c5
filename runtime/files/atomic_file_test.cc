#include "runtime/files/atomic_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string Contents(const std::string& path) { return ReadFile(path).value_or("(unreadable)"); }

int64_t CountFiles(const TempDir& dir) { return ListFiles(dir.path(), "").value().size(); }

// While it lives, no file of this process can grow past `bytes`: stands in for a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  void (*handler_)(int);
};

TEST(AtomicFileTest, WritesAndReplaces) {
  const TempDir dir;
  const std::string path = dir.File("f");
  EXPECT_TRUE(WriteFileAtomically(path, "first").ok());
  EXPECT_EQ(Contents(path), "first");
  EXPECT_TRUE(WriteFileAtomically(path, "").ok());
  EXPECT_EQ(Contents(path), "");
  EXPECT_EQ(CountFiles(dir), 1);
}

TEST(AtomicFileTest, PiecesOfEverySizeStayInOrder) {
  const TempDir dir;
  auto file = AtomicFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  std::string expected;
  for (size_t size : {1, 0, 65535, 65536, 1, 65537, 7, 300000, 65529, 8, 65528}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
    EXPECT_TRUE((*file)->Append(piece).ok());
    expected += piece;
    EXPECT_EQ((*file)->bytes_appended(), static_cast<int64_t>(expected.size()));
  }
  EXPECT_TRUE((*file)->Commit().ok());
  EXPECT_TRUE(Contents(dir.File("f")) == expected);
}

TEST(AtomicFileTest, NothingShowsBeforeCommit) {
  const TempDir dir;
  const std::string path = dir.File("f");
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  {
    auto file = AtomicFile::Create(path);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Append(std::string(100000, 'x')).ok());
    EXPECT_EQ(Contents(path), "old");
    EXPECT_EQ(CountFiles(dir), 2);
  }
  EXPECT_EQ(Contents(path), "old");
  EXPECT_EQ(CountFiles(dir), 1) << "the temporary was left behind";
}

TEST(AtomicFileTest, TwoWritersDoNotMix) {
  const TempDir dir;
  auto one = AtomicFile::Create(dir.File("f"));
  auto two = AtomicFile::Create(dir.File("f"));
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE((*one)->Append("one").ok());
  EXPECT_TRUE((*two)->Append("two").ok());
  EXPECT_TRUE((*two)->Commit().ok());
  EXPECT_TRUE((*one)->Commit().ok());
  EXPECT_EQ(Contents(dir.File("f")), "one");
  EXPECT_EQ(CountFiles(dir), 1);
}

TEST(AtomicFileTest, OrdinaryPermissions) {
  const TempDir dir;
  const mode_t mask = umask(022);
  EXPECT_TRUE(WriteFileAtomically(dir.File("f"), "x").ok());
  umask(mask);
  struct stat info;
  ASSERT_EQ(stat(dir.File("f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(AtomicFileTest, LinksAreFollowed) {
  const TempDir dir;
  std::filesystem::create_directory(dir.File("far"));
  std::filesystem::create_symlink("far/f", dir.File("near"));  // leads to nothing yet
  std::filesystem::create_symlink(dir.File("near"), dir.File("first"));
  for (const std::string text : {"one", "two"}) {
    EXPECT_TRUE(WriteFileAtomically(dir.File("first"), text).ok());
    EXPECT_EQ(Contents(dir.File("far/f")), text);
  }
  EXPECT_TRUE(std::filesystem::is_symlink(dir.File("first")));
  EXPECT_TRUE(std::filesystem::is_symlink(dir.File("near")));
  std::filesystem::create_symlink("ring", dir.File("ring"));
  EXPECT_THAT(std::string(WriteFileAtomically(dir.File("ring"), "x").message()),
              AllOf(HasSubstr(dir.File("ring")), HasSubstr("symbolic links")));
}

TEST(AtomicFileTest, APipeIsWrittenInto) {
  const TempDir dir;
  const std::string path = dir.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string text(300000, 'x');
  std::string read;
  std::thread reader([&] { read = Contents(path); });
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
  reader.join();
  EXPECT_TRUE(read == text);
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  EXPECT_EQ(CountFiles(dir), 0);
}

TEST(AtomicFileTest, ErrorsNameThePath) {
  const TempDir dir;
  EXPECT_THAT(std::string(WriteFileAtomically(dir.File("no/f"), "x").message()),
              AllOf(HasSubstr(dir.File("no/f")), HasSubstr("No such file")));
  std::filesystem::create_directory(dir.File("d"));
  EXPECT_THAT(std::string(WriteFileAtomically(dir.File("d"), "x").message()),
              AllOf(HasSubstr(dir.File("d")), HasSubstr("directory")));
  EXPECT_EQ(CountFiles(dir), 0);
}

TEST(AtomicFileTest, FullDiskLeavesTheOldFile) {
  const TempDir dir;
  const std::string path = dir.File("f");
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  {
    const FileSizeLimit limit(100000);
    auto file = AtomicFile::Create(path);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Append(std::string(90000, 'x')).ok());
    const absl::Status status = (*file)->Append(std::string(80000, 'x'));
    // 10000 of the 80000 still fit.
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(path), HasSubstr("70000 of 80000 bytes at offset 90000"),
                      HasSubstr("File too large")));
    EXPECT_EQ((*file)->Append("x"), status) << "a file with a hole must not be continued";
    EXPECT_EQ((*file)->Commit(), status);
    // The same where only Commit gets to write.
    auto small = AtomicFile::Create(path);
    ASSERT_TRUE(small.ok()) << small.status();
    const FileSizeLimit smaller(10);
    EXPECT_TRUE((*small)->Append("more than ten bytes").ok());
    EXPECT_THAT(std::string((*small)->Commit().message()), HasSubstr("File too large"));
  }
  EXPECT_EQ(Contents(path), "old");
  EXPECT_EQ(CountFiles(dir), 1);
}

TEST(AtomicFileTest, ReserveFindsAFullDiskAtOnce) {
  const TempDir dir;
  const std::string path = dir.File("f");
  auto file = AtomicFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Reserve(0).ok());
  EXPECT_TRUE((*file)->Reserve(5000).ok());
  EXPECT_TRUE((*file)->Append("short").ok());
  {
    const FileSizeLimit limit(10000);
    auto large = AtomicFile::Create(path);
    ASSERT_TRUE(large.ok()) << large.status();
    const absl::Status status = (*large)->Reserve(20000);
    if (!status.ok()) {  // some file systems cannot reserve
      EXPECT_THAT(std::string(status.message()),
                  AllOf(HasSubstr(path), HasSubstr("needs 20000 bytes"), HasSubstr("bytes free")));
    }
  }
  EXPECT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(Contents(path), "short") << "what was reserved must not become part of the file";
}

TEST(AtomicFileDeathTest, CommitOnlyOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const TempDir dir;
  auto file = AtomicFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_DEATH(static_cast<void>((*file)->Commit()), "committed before");
}

}  // namespace
}  // namespace mneme
