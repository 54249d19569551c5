#include "apps/prepare_data/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

class InputsTest : public testing::Test {
 protected:
  std::string Write(const std::string& name) {
    const std::string path = temp_.File(name);
    EXPECT_TRUE(MakeDirs(ParentDirectory(path)).ok());
    EXPECT_TRUE(WriteFileAtomically(path, "abc").ok());
    return path;
  }

  void ExpectError(const std::vector<std::string>& paths, const std::string& part) {
    const absl::Status status = FindInputs(paths).status();
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status << ": no " << part;
  }

  TempDir temp_;
};

TEST_F(InputsTest, FindsFilesAtAnyDepthOnce) {
  const std::vector<std::string> expected = {Write("a/b/c/1.jsonl"), Write("a/b/2.txt.gz"),
                                             Write("a/3.jsonl.zst"), Write("a/x.val.jsonl"),
                                             Write("z.txt")};
  Write("a/readme.md");
  Write("a/made.partial/made.chunk.00.jsonl");
  const auto inputs = FindInputs({temp_.File("z.txt"), temp_.File("a"), temp_.File("z.txt")});
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  std::vector<std::string> found;
  for (const SourceFile& file : *inputs) {
    found.push_back(file.path);
    EXPECT_EQ(file.bytes, 3);
  }
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  EXPECT_TRUE(std::is_permutation(found.begin(), found.end(), expected.begin(), expected.end()));
}

TEST_F(InputsTest, SaysWhatIsWrong) {
  ExpectError({temp_.File("absent")}, "absent");
  ExpectError({Write("a.md")}, "a.md is no corpus: expected files that end in .jsonl");
  ExpectError({Write("p.parquet")}, "tools/parquet_to_jsonl");
  Write("empty/a.md");
  ExpectError({temp_.File("empty")}, "holds no documents");
  Write("parquet/b.parquet");
  ExpectError({temp_.File("parquet")}, "b.parquet into jsonl with tools/parquet_to_jsonl");
  ExpectError({Write("d/a.jsonl"), Write("d/a.jsonl.gz")}, "the same file");
}

}  // namespace
}  // namespace mneme
