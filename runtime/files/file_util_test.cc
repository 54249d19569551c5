#include "runtime/files/file_util.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void Write(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

TEST(FileUtilTest, ReadFileGivesEveryByte) {
  const TempDir dir;
  for (size_t size : {0, 1, 65535, 65536, 65537, 300000}) {
    std::string contents(size, '\0');
    for (size_t i = 0; i < size; ++i) contents[i] = static_cast<char>(i * 31);
    Write(dir.File("f"), contents);
    const auto read = ReadFile(dir.File("f"));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == contents) << size;
  }
}

TEST(FileUtilTest, ReadFileErrors) {
  const TempDir dir;
  const auto missing = ReadFile(dir.File("missing"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()),
              AllOf(HasSubstr(dir.File("missing")), HasSubstr("No such file")));
  EXPECT_THAT(std::string(ReadFile(dir.path()).status().message()),
              AllOf(HasSubstr(dir.path()), HasSubstr("Is a directory")));
}

TEST(FileUtilTest, MakeDirs) {
  const TempDir dir;
  EXPECT_TRUE(MakeDirs(dir.File("a/b/c")).ok());
  EXPECT_TRUE(std::filesystem::is_directory(dir.File("a/b/c")));
  EXPECT_TRUE(MakeDirs(dir.File("a/b/c")).ok());
  Write(dir.File("file"), "x");
  EXPECT_THAT(std::string(MakeDirs(dir.File("file/d")).message()),
              AllOf(HasSubstr(dir.File("file/d")), HasSubstr("Not a directory")));
}

TEST(FileUtilTest, SyncDirectory) {
  const TempDir dir;
  EXPECT_TRUE(SyncDirectory(dir.path()).ok());
  EXPECT_THAT(std::string(SyncDirectory(dir.File("missing")).message()),
              HasSubstr(dir.File("missing")));
}

TEST(FileUtilTest, ListFilesBySuffix) {
  const TempDir dir;
  for (const char* name : {"b.jsonl", "a.jsonl", "c.txt", "jsonl"}) Write(dir.File(name), "");
  std::filesystem::create_directory(dir.File("directory.jsonl"));
  std::filesystem::create_symlink("a.jsonl", dir.File("link.jsonl"));
  std::filesystem::create_symlink("nowhere", dir.File("broken.jsonl"));
  const auto files = ListFiles(dir.path(), ".jsonl");
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(*files, (std::vector<std::string>{dir.File("a.jsonl"), dir.File("b.jsonl"),
                                              dir.File("link.jsonl")}));
  EXPECT_THAT(std::string(ListFiles(dir.File("missing"), "").status().message()),
              AllOf(HasSubstr(dir.File("missing")), HasSubstr("No such file")));
}

TEST(FileUtilTest, ParentDirectory) {
  EXPECT_EQ(ParentDirectory("a/b/c.txt"), "a/b");
  EXPECT_EQ(ParentDirectory("/c.txt"), "/");
  EXPECT_EQ(ParentDirectory("c.txt"), ".");
}

}  // namespace
}  // namespace mneme
