#include "data/corpus/file_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "data/corpus/document_hash.h"
#include "data/testing/temp_folder.h"

namespace mneme {
namespace {

using Texts = std::vector<std::string>;

class FileSourceTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<FileSource>> TryOpen(const SourceOptions& options) const {
    const absl::StatusOr<CorpusFiles> files = FindCorpusFiles(folder_.path(), "s");
    if (!files.ok()) return files.status();
    return FileSource::Open("s", *files, options);
  }

  std::unique_ptr<FileSource> Open(const SourceOptions& options = {}) const {
    auto source = TryOpen(options);
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }

  // One epoch of a source.
  Texts ReadEpoch(SourceOptions options = {}) const {
    options.repeat = false;
    const auto source = Open(options);
    Texts texts;
    while (true) {
      const absl::StatusOr<absl::string_view> text = source->Next();
      if (absl::IsOutOfRange(text.status())) return texts;
      EXPECT_TRUE(text.ok()) << text.status();
      if (!text.ok()) return texts;
      texts.emplace_back(*text);
    }
  }

  // `count` texts, none of which is held out by its hash.
  static Texts TrainTexts(const std::string& prefix, int count) {
    Texts texts;
    for (int i = 0; static_cast<int>(texts.size()) < count; ++i) {
      const std::string text = prefix + std::to_string(i);
      if (!IsHeldOut(text)) texts.push_back(text);
    }
    return texts;
  }

  TempFolder folder_;
};

Texts Take(DocumentSource& source, int count) {
  Texts texts;
  for (int i = 0; i < count; ++i) {
    const absl::StatusOr<absl::string_view> text = source.Next();
    EXPECT_TRUE(text.ok()) << text.status();
    texts.emplace_back(text.ok() ? *text : "");
  }
  return texts;
}

TEST_F(FileSourceTest, ReadsEveryFileThenTheNextEpoch) {
  const Texts all = TrainTexts("d", 7);
  folder_.WriteJsonl("s/a.chunk.0.jsonl", Texts(all.begin(), all.begin() + 3));
  folder_.WriteJsonl("s/a.chunk.1.jsonl", Texts(all.begin() + 3, all.begin() + 4));
  folder_.WriteJsonl("s/a.chunk.2.jsonl", Texts(all.begin() + 4, all.end()));
  const auto source = Open();
  EXPECT_EQ(Take(*source, 7), all);
  EXPECT_EQ(source->cursor().epoch, 0);
  EXPECT_EQ(source->cursor().file, 2);
  EXPECT_EQ(Take(*source, 7), all);
  EXPECT_EQ(source->cursor().epoch, 1);
  EXPECT_EQ(ReadEpoch(), all);
}

TEST_F(FileSourceTest, GoesOnFromEveryCursor) {
  const Texts all = TrainTexts("d", 9);
  folder_.WriteJsonl("s/a.chunk.0.jsonl", Texts(all.begin(), all.begin() + 5));
  folder_.WriteJsonl("s/a.chunk.1.jsonl", Texts(all.begin() + 5, all.end()));
  for (int64_t world : {1, 2}) {
    SourceOptions options;
    options.world = world;
    options.rank = world - 1;
    for (int taken = 0; taken < 20; ++taken) {
      const auto source = Open(options);
      Take(*source, taken);
      const auto resumed = Open(options);
      ASSERT_TRUE(resumed->Seek(source->cursor()).ok());
      EXPECT_EQ(Take(*resumed, 12), Take(*source, 12)) << "after " << taken;
    }
  }
}

TEST_F(FileSourceTest, RanksShareTheLinesOfEveryChunk) {
  const Texts all = TrainTexts("d", 10);
  folder_.WriteJsonl("s/a.chunk.0.jsonl", Texts(all.begin(), all.begin() + 1));
  folder_.WriteJsonl("s/a.chunk.1.jsonl", Texts(all.begin() + 1, all.begin() + 2));
  folder_.WriteJsonl("s/a.chunk.2.jsonl", Texts(all.begin() + 2, all.end()));
  for (int64_t world : {1, 2, 3, 7}) {
    Texts seen;
    for (int64_t rank = 0; rank < world; ++rank) {
      SourceOptions options;
      options.rank = rank;
      options.world = world;
      const Texts mine = ReadEpoch(options);
      for (size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(mine[i], all[rank + i * world]);
      seen.insert(seen.end(), mine.begin(), mine.end());
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, all) << world;
  }
}

TEST_F(FileSourceTest, ARankWithoutDocumentsSaysSo) {
  folder_.WriteJsonl("s/a.chunk.0.jsonl", TrainTexts("d", 2));
  SourceOptions options;
  options.rank = 2;
  options.world = 3;
  const absl::Status status = TryOpen(options).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "rank 2 of 3")) << status;
}

TEST_F(FileSourceTest, HoldsOutByHashWithoutAValidationFile) {
  Texts all;
  for (int i = 0; i < 1000; ++i) all.push_back("document " + std::to_string(i));
  folder_.WriteJsonl("s/a.chunk.0.jsonl", all);
  const Texts train = ReadEpoch();
  SourceOptions held_out_only;
  held_out_only.split = Split::kHeldOut;
  const Texts held_out = ReadEpoch(held_out_only);
  EXPECT_GT(held_out.size(), 5u);
  EXPECT_EQ(train.size() + held_out.size(), all.size());
  const std::set<std::string> trained(train.begin(), train.end());
  for (const std::string& text : held_out) EXPECT_EQ(trained.count(text), 0u) << text;
}

TEST_F(FileSourceTest, AValidationFileIsHeldOutAndNothingElse) {
  Texts all;
  for (int i = 0; i < 200; ++i) all.push_back("document " + std::to_string(i));
  folder_.WriteJsonl("s/a.chunk.0.jsonl", all);
  folder_.WriteJsonl("s/a.val.jsonl", {"v0", "v1"});
  EXPECT_EQ(ReadEpoch(), all);
  SourceOptions held_out_only;
  held_out_only.split = Split::kHeldOut;
  EXPECT_EQ(ReadEpoch(held_out_only), (Texts{"v0", "v1"}));
}

TEST_F(FileSourceTest, SkipsAndCountsBadLines) {
  const Texts all = TrainTexts("d", 400);
  std::string content;
  for (int i = 0; i < 400; ++i) {
    content += "{\"text\": \"" + all[i] + "\"}\n";
    if (i == 200) content += "\n{\"text\": \"\xff\"}\n{\"text\": \n";
    if (i == 300) content += "{\"body\": \"x\"}\n{\"text\": \"\"}\n";
  }
  const std::string path = folder_.Write("s/a.chunk.0.jsonl", content);
  EXPECT_EQ(ReadEpoch(), all);
  const auto source = Open();
  EXPECT_EQ(Take(*source, 400), all);
  EXPECT_EQ(source->cursor().lines_read, 404);
  EXPECT_EQ(source->cursor().lines_bad, 3);
  EXPECT_EQ(source->cursor().first_bad_line, 203);  // behind the blank line
  EXPECT_EQ(source->cursor().first_bad_fault, LineFault::kInvalidUtf8);
}

TEST_F(FileSourceTest, RefusesACorpusWithTooManyBadLinesAtOnce) {
  folder_.WriteJsonl("s/a.chunk.0.jsonl", TrainTexts("d", 90));
  std::string content;
  for (const std::string& text : TrainTexts("e", 30)) content += "{\"text\": \"" + text + "\"}\n";
  const std::string path =
      folder_.Write("s/a.chunk.1.jsonl", content + "nonsense\n{\"text\": \"\xff\"}\n");
  const absl::Status status = TryOpen({}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "2 of the first 122 lines")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), path + ":31: broken JSON")) << status;
}

TEST_F(FileSourceTest, RefusesBadLinesThatComeLater) {
  std::string content;
  const Texts all = TrainTexts("d", 2000);
  for (const std::string& text : all) content += "{\"text\": \"" + text + "\"}\n";
  for (int i = 0; i < 30; ++i) content += "nonsense\n";
  folder_.Write("s/a.chunk.0.jsonl", content);
  const auto source = Open();
  EXPECT_EQ(Take(*source, 2000), all);
  const absl::Status status = source->Next().status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "21 of the first 2021 lines")) << status;
}

TEST_F(FileSourceTest, OnlyBlankLinesAreNoCorpus) {
  folder_.Write("s/a.chunk.0.jsonl", "\n\n{\"text\": \"\"}\n");
  EXPECT_TRUE(absl::IsNotFound(TryOpen({}).status()));
}

TEST_F(FileSourceTest, ReadsTextFiles) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + (i % 5 ? "\n" : "\n\n");
  folder_.Write("s/a.txt", text);
  folder_.Write("s/b.txt", "the end\n");
  Texts pieces = ReadEpoch();
  EXPECT_GT(pieces.size(), 5u);
  EXPECT_EQ(pieces.back(), "the end\n");
}

TEST_F(FileSourceTest, AFileCutShortBehindTheCursorIsAnError) {
  const Texts all = TrainTexts("d", 9);
  const std::string path = folder_.WriteJsonl("s/a.chunk.0.jsonl", all);
  const auto source = Open();
  Take(*source, 8);
  const SourceCursor cursor = source->cursor();
  folder_.WriteJsonl("s/a.chunk.0.jsonl", {all[0]});
  const auto resumed = Open();
  ASSERT_TRUE(resumed->Seek(cursor).ok());
  const absl::Status status = resumed->Next().status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), path)) << status;
}

}  // namespace
}  // namespace mneme
