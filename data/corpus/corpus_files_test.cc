#include "data/corpus/corpus_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

using Names = std::vector<std::string>;

class CorpusFilesTest : public testing::Test {
 protected:
  Names NamesOf(const std::vector<SourceFile>& files) const {
    Names names;
    for (const SourceFile& file : files) {
      names.push_back(file.path.substr(folder_.path().size() + 1));
    }
    return names;
  }

  CorpusFiles Find(const std::string& source) const {
    const absl::StatusOr<CorpusFiles> files = FindCorpusFiles(folder_.path(), source);
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? *files : CorpusFiles();
  }

  absl::Status Error(const std::string& source) const {
    return FindCorpusFiles(folder_.path(), source).status();
  }

  TempFolder folder_;
};

TEST_F(CorpusFilesTest, AFolderGivesItsChunksAndHoldsOutItsValidationFiles) {
  for (const char* name : {"s/s.chunk.01.jsonl", "s/s.chunk.00.jsonl", "s/other.jsonl",
                           "s/notes.txt", "s/s.val.jsonl", "s/deep/s.chunk.07.jsonl"}) {
    folder_.Write(name, "abc");
  }
  const CorpusFiles files = Find("s");
  EXPECT_EQ(NamesOf(files.train), (Names{"s/s.chunk.00.jsonl", "s/s.chunk.01.jsonl"}));
  EXPECT_EQ(NamesOf(files.held_out), Names{"s/s.val.jsonl"});
  EXPECT_EQ(files.train[0].bytes, 3);
}

TEST_F(CorpusFilesTest, AFolderWithoutChunksGivesJsonlAndThenText) {
  folder_.Write("j/a.jsonl", "abc");
  folder_.Write("j/a.txt", "abc");
  folder_.Write("t/b.txt", "abc");
  folder_.Write("t/a.txt", "abc");
  EXPECT_EQ(NamesOf(Find("j").train), Names{"j/a.jsonl"});
  EXPECT_TRUE(Find("j").held_out.empty());
  EXPECT_EQ(NamesOf(Find("t").train), (Names{"t/a.txt", "t/b.txt"}));
}

TEST_F(CorpusFilesTest, AFileAndAGlobHoldOutTheValidationFileOfTheirName) {
  for (const char* name :
       {"p.chunk.0.jsonl", "p.chunk.1.jsonl", "p.val.jsonl", "q.jsonl", "q.val.jsonl", "r.txt"}) {
    folder_.Write(name, "abc");
  }
  EXPECT_EQ(NamesOf(Find("p.chunk.*.jsonl").train), (Names{"p.chunk.0.jsonl", "p.chunk.1.jsonl"}));
  EXPECT_EQ(NamesOf(Find("p.chunk.*.jsonl").held_out), Names{"p.val.jsonl"});
  EXPECT_EQ(NamesOf(Find("p.chunk.1.jsonl").train), Names{"p.chunk.1.jsonl"});
  EXPECT_EQ(NamesOf(Find("q.jsonl").held_out), Names{"q.val.jsonl"});
  EXPECT_TRUE(Find("r.txt").held_out.empty());
  EXPECT_EQ(NamesOf(Find("*.jsonl").train),
            (Names{"p.chunk.0.jsonl", "p.chunk.1.jsonl", "q.jsonl"}));
  EXPECT_EQ(NamesOf(Find("p.val.jsonl").train), Names{"p.val.jsonl"});
  EXPECT_TRUE(Find("p.val.jsonl").held_out.empty());
}

TEST_F(CorpusFilesTest, FilesMayBeCompressed) {
  for (const char* name :
       {"s/s.chunk.00.jsonl.gz", "s/s.chunk.01.jsonl", "s/s.chunk.02.jsonl.zst", "s/other.jsonl.gz",
        "s/s.val.jsonl.gz", "t/a.txt.zst", "u.jsonl.zst", "u.val.jsonl.gz"}) {
    folder_.Write(name, "abc");
  }
  EXPECT_EQ(NamesOf(Find("s").train),
            (Names{"s/s.chunk.00.jsonl.gz", "s/s.chunk.01.jsonl", "s/s.chunk.02.jsonl.zst"}));
  EXPECT_EQ(NamesOf(Find("s").held_out), Names{"s/s.val.jsonl.gz"});
  EXPECT_EQ(NamesOf(Find("t").train), Names{"t/a.txt.zst"});
  EXPECT_EQ(NamesOf(Find("u.jsonl.zst").held_out), Names{"u.val.jsonl.gz"});
  EXPECT_TRUE(IsTextFile("t/a.txt.zst"));
  EXPECT_FALSE(IsTextFile("s/a.jsonl.zst"));
}

TEST_F(CorpusFilesTest, AFileAndItsCompressedCopyAreRefused) {
  folder_.Write("s/s.chunk.00.jsonl", "abc");
  folder_.Write("s/s.chunk.01.jsonl", "abc");
  folder_.Write("s/s.chunk.00.jsonl.gz", "abc");
  const absl::Status status = Error("s");
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_NE(status.message().find("s.chunk.00.jsonl.gz"), absl::string_view::npos) << status;
}

TEST_F(CorpusFilesTest, AnAbsolutePathNeedsNoRoot) {
  const std::string path = folder_.Write("a.jsonl", "abc");
  const absl::StatusOr<CorpusFiles> files = FindCorpusFiles("/nowhere", path);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(files->train[0].path, path);
}

TEST_F(CorpusFilesTest, SaysWhatWasExpected) {
  const absl::Status absent = Error("absent");
  EXPECT_TRUE(absl::IsNotFound(absent));
  EXPECT_NE(absent.message().find(folder_.File("absent")), absl::string_view::npos) << absent;
  EXPECT_NE(absent.message().find("chunk"), absl::string_view::npos) << absent;

  folder_.Write("f/readme.md", "abc");
  EXPECT_TRUE(absl::IsNotFound(Error("f")));
  EXPECT_TRUE(absl::IsInvalidArgument(Error("f/readme.md")));

  folder_.Write("e/e.chunk.0.jsonl", "");
  const absl::Status empty = Error("e");
  EXPECT_TRUE(absl::IsNotFound(empty));
  EXPECT_NE(empty.message().find("empty"), absl::string_view::npos) << empty;
}

}  // namespace
}  // namespace mneme
