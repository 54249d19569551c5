#include "runtime/files/mapped_file.h"

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(MappedFileTest, MapsTheWholeFile) {
  const TempDir dir;
  for (size_t size : {1, 4095, 4096, 4097, 100000}) {
    const std::string contents(size, static_cast<char>('a' + size % 26));
    std::ofstream(dir.File("f")) << contents;
    const auto mapped = MappedFile::Open(dir.File("f"));
    ASSERT_TRUE(mapped.ok()) << mapped.status();
    EXPECT_TRUE(mapped->contents() == contents) << size;
  }
}

TEST(MappedFileTest, EmptyFile) {
  const TempDir dir;
  std::ofstream(dir.File("f")).flush();
  const auto mapped = MappedFile::Open(dir.File("f"));
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(mapped->bytes(), 0);
  EXPECT_TRUE(mapped->contents().empty());
}

TEST(MappedFileTest, MovingKeepsTheMapping) {
  const TempDir dir;
  std::ofstream(dir.File("f")) << "first";
  std::ofstream(dir.File("g")) << "second";
  auto first = std::make_unique<MappedFile>(MappedFile::Open(dir.File("f")).value());
  auto second = std::make_unique<MappedFile>(MappedFile::Open(dir.File("g")).value());
  MappedFile moved = std::move(*first);
  first.reset();
  EXPECT_EQ(moved.contents(), "first");
  moved = std::move(*second);
  second.reset();
  EXPECT_EQ(moved.contents(), "second");
}

TEST(MappedFileTest, Errors) {
  const TempDir dir;
  const auto missing = MappedFile::Open(dir.File("missing"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()),
              AllOf(HasSubstr(dir.File("missing")), HasSubstr("No such file")));
  EXPECT_THAT(std::string(MappedFile::Open(dir.path()).status().message()),
              AllOf(HasSubstr(dir.path()), HasSubstr("a directory")));
  ASSERT_EQ(mkfifo(dir.File("pipe").c_str(), 0600), 0);
  EXPECT_THAT(std::string(MappedFile::Open(dir.File("pipe")).status().message()),
              HasSubstr("no regular file"));
}

}  // namespace
}  // namespace mneme
