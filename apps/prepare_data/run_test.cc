#include "apps/prepare_data/run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/prepare_data/test_corpus.h"
#include "data/corpus/corpus_files.h"
#include "data/testing/compress.h"

namespace mneme {
namespace {

using Lines = std::vector<std::string>;

Lines LinesOf(absl::string_view text) {
  Lines lines = absl::StrSplit(text, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  return lines;
}

Lines Sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

class PrepareDataTest : public testing::Test {
 protected:
  PrepareDataTest() {
    args_.root_dir = temp_.File("data");
    args_.source = "made";
    args_.memory_mib = 1;
    args_.chunk_mib = 1;
    args_.validation_documents = 40;
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = temp_.File("in/" + name);
    EXPECT_TRUE(MakeDirs(temp_.File("in")).ok());
    EXPECT_TRUE(WriteFileAtomically(path, CompressFor(name, text)).ok());
    return path;
  }

  std::map<std::string, std::string> Make() {
    const absl::Status status = Prepare(args_, {temp_.File("in")});
    EXPECT_TRUE(status.ok()) << status;
    return FilesIn(args_.root_dir + "/" + args_.source);
  }

  void ExpectError(const std::string& part) {
    const absl::Status status = Prepare(args_, {temp_.File("in")});
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status << ": no " << part;
  }

  TempDir temp_;
  PrepareArgs args_;
};

TEST_F(PrepareDataTest, EveryDocumentIsInAChunkOrHeldOut) {
  const Lines documents = TestDocuments(2000);  // 4 MB: more than the memory allowed
  const Lines first(documents.begin(), documents.begin() + 700);
  const Lines second(documents.begin() + 700, documents.begin() + 701);
  const Lines third(documents.begin() + 701, documents.end());
  Write("0.jsonl", Jsonl(first));
  Write("1.jsonl.gz", Jsonl(second));
  Write("2.jsonl.zst", Jsonl(third));
  const auto files = Make();
  ASSERT_EQ(files.size(), 5u);  // four chunks, validation
  Lines training;
  for (int chunk = 0; chunk < 4; ++chunk) {
    const std::string name = absl::StrCat("made.chunk.0", chunk, ".jsonl");
    ASSERT_TRUE(files.count(name)) << name;
    EXPECT_NEAR(files.at(name).size(), 1 << 20, 1 << 18);
    const Lines lines = LinesOf(files.at(name));
    training.insert(training.end(), lines.begin(), lines.end());
  }
  const Lines held_out = LinesOf(files.at("made.val.jsonl"));
  EXPECT_NEAR(held_out.size(), 40, 25);

  Lines all = training;
  all.insert(all.end(), held_out.begin(), held_out.end());
  const Lines in_order = LinesOf(Jsonl(documents));
  EXPECT_TRUE(Sorted(all) == Sorted(in_order));
  // No run of neighbours survives: document numbers that follow each other are rare.
  std::map<std::string, int64_t> number;
  for (size_t i = 0; i < in_order.size(); ++i) number[in_order[i]] = i;
  int neighbours = 0;
  for (size_t i = 1; i < training.size(); ++i) {
    neighbours += number[training[i]] == number[training[i - 1]] + 1;
  }
  EXPECT_LT(neighbours, 10);

  const auto corpus = FindCorpusFiles(args_.root_dir, "made");
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(corpus->train.size(), 4u);
  EXPECT_EQ(corpus->held_out.size(), 1u);
}

TEST_F(PrepareDataTest, MemoryChangesNothingAndTheSeedChangesTheOrder) {
  Write("0.jsonl", Jsonl(TestDocuments(1500)));
  auto small = Make();
  args_.root_dir = temp_.File("large");
  args_.memory_mib = 64;
  EXPECT_TRUE(Make() == small);
  args_.root_dir = temp_.File("seed");
  args_.seed = 43;
  const auto other = Make();
  EXPECT_EQ(other.size(), small.size());
  EXPECT_TRUE(other.at("made.chunk.00.jsonl") != small.at("made.chunk.00.jsonl"));
  EXPECT_TRUE(other.at("made.val.jsonl") != small.at("made.val.jsonl"));
}

TEST_F(PrepareDataTest, AtMostOneDocumentInTwentyIsHeldOut) {
  Write("0.jsonl", Jsonl(TestDocuments(400)));
  args_.validation_documents = 1'000'000;
  EXPECT_NEAR(LinesOf(Make().at("made.val.jsonl")).size(), 400 / 20, 19);
}

TEST_F(PrepareDataTest, CopiesOfADocumentAreOnOneSide) {
  Lines documents = TestDocuments(300);
  const Lines once = documents;
  documents.insert(documents.end(), once.begin(), once.end());
  Write("0.jsonl", Jsonl(documents));
  const auto files = Make();
  const Lines held_out = LinesOf(files.at("made.val.jsonl"));
  const Lines training = LinesOf(files.at("made.chunk.00.jsonl"));
  EXPECT_EQ(held_out.size() + training.size(), documents.size());
  EXPECT_GT(held_out.size(), 0u);
  const std::set<std::string> seen(training.begin(), training.end());
  for (const std::string& line : held_out) EXPECT_EQ(seen.count(line), 0u) << line;
}

TEST_F(PrepareDataTest, ReadsContentAndPlainText) {
  Write("0.jsonl", "{\"content\": \"caf\\u00e9 \\ud834\\udd1e\", \"url\": \"x\"}\n");
  Write("1.txt.gz", "Two lines\nof \"text\".\n");
  EXPECT_EQ(Sorted(LinesOf(Make().at("made.chunk.00.jsonl"))),
            (Lines{"{\"text\": \"Two lines\\nof \\\"text\\\".\\n\"}", "{\"text\": \"café 𝄞\"}"}));
}

TEST_F(PrepareDataTest, NoneOfAFewDocumentsIsHeldOut) {
  Write("0.jsonl", Jsonl(TestDocuments(99)));
  const auto files = Make();
  EXPECT_EQ(files.count("made.val.jsonl"), 0u);
  EXPECT_EQ(LinesOf(files.at("made.chunk.00.jsonl")).size(), 99u);
}

TEST_F(PrepareDataTest, AgainDoesNothing) {
  Write("0.jsonl", Jsonl(TestDocuments(100)));
  const auto files = Make();
  EXPECT_TRUE(Make() == files);
  args_.seed = 7;
  ExpectError("was begun with seed 42, but it is 7 now");
  args_.seed = 42;
  Write("1.jsonl", Jsonl(TestDocuments(1)));
  ExpectError("was begun with input 2 no file");
}

TEST_F(PrepareDataTest, BadInputIsOneSentence) {
  Write("0.jsonl", Jsonl(TestDocuments(10)));
  args_.source = "";
  ExpectError("no source given");
  for (const std::string name : {"a/b", "..", ".hidden", "wordnet"}) {
    args_.source = name;
    ExpectError("source '" + name + "'");
  }
  args_.source = "made";
  EXPECT_TRUE(absl::IsInvalidArgument(Prepare(args_, {})));
  Write("1.jsonl", "nonsense\n");
  ExpectError("1.jsonl:1: broken JSON");
  ASSERT_TRUE(MakeDirs(args_.root_dir + "/made").ok());
  ExpectError("is there already, and not made by this program");
}

TEST_F(PrepareDataTest, ASecondProcessIsRefused) {
  Write("0.jsonl", Jsonl(TestDocuments(10)));
  const auto lock = RunLock::Acquire(args_.root_dir + "/made.partial");
  ASSERT_TRUE(lock.ok()) << lock.status();
  ExpectError("choose another source");
}

TEST_F(PrepareDataTest, TooLittleMemoryForTheFilesIsSaidAtOnce) {
  std::filesystem::resize_file(Write("0.jsonl", ""), int64_t{2000} << 20);  // takes no space
  ExpectError("memory_mib is 1, and 1.95 GiB of files need at least 8; raise it");
}

TEST_F(PrepareDataTest, MoreMemoryThanThereIsIsRefusedAtOnce) {
  Write("0.jsonl", Jsonl(TestDocuments(10)));
  args_.memory_mib = int64_t{1} << 24;
  ExpectError("; lower memory_mib");
}

TEST_F(PrepareDataTest, ADamagedStateIsSaid) {
  Write("0.jsonl", Jsonl(TestDocuments(10)));
  const std::string partial = args_.root_dir + "/made.partial";
  ASSERT_TRUE(MakeDirs(partial).ok());
  ASSERT_TRUE(WriteFileAtomically(partial + "/prepare.json", "{\"format\": 1").ok());
  ExpectError("remove " + partial + " to begin anew");
}

// A limit on the size of files stands for a disk that is full: the write fails.
TEST_F(PrepareDataTest, GoesOnAfterAFullDisk) {
  Write("0.jsonl", Jsonl(TestDocuments(1000)));
  const auto expected = Make();
  args_.root_dir = temp_.File("again");
  struct rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t bytes : {10000, 920000}) {  // too few for a run, and for a chunk
    const struct rlimit small = {.rlim_cur = bytes, .rlim_max = limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    ExpectError("cannot write '");
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_TRUE(FilesIn(args_.root_dir + "/made").empty());
  }
  EXPECT_TRUE(Make() == expected);
}

}  // namespace
}  // namespace mneme
