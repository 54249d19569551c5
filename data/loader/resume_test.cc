#include "data/loader/resume.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"

namespace mneme {
namespace {

// In the second of two files of the first source.
LoaderState Saved() {
  LoaderState state;
  state.data.seed = 1;
  state.data.seq_len = 16;
  state.data.n_views = 2;
  state.data.batch_size = 3;
  state.data.prefetch_size = 4;
  state.data.add_bos = true;
  state.data.tokenizer = "bytes";
  state.data.vocab_size = 258;
  state.data.sources = {{"a", 1.0, {{"a/0.jsonl", 100}, {"a/1.jsonl", 200}}}, {"b", 2.0}};
  state.position.sequences = 12;
  state.position.taken = 5;
  state.position.start.documents.sources.resize(2);
  state.position.start.documents.sources[0].file = 1;
  state.position.start.documents.sources[0].byte_offset = 150;
  return state;
}

// The error of resuming where `change` has been made to the data.
template <typename Change>
absl::Status ErrorAfter(Change change) {
  const LoaderState saved = Saved();
  DataDescription now = saved.data;
  change(now);
  return ResumePosition(saved, now).status();
}

template <typename Change>
void ExpectRefused(Change change, const std::string& part) {
  const absl::Status status = ErrorAfter(change);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), part)) << status << ": no " << part;
}

TEST(ResumeTest, NothingChanged) {
  const LoaderState saved = Saved();
  const absl::StatusOr<ShuffleCursor> position = ResumePosition(saved, saved.data);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->taken, 5);
  EXPECT_EQ(position->start.documents.sources[0].file, 1);
  EXPECT_EQ(position->start.documents.sources[0].byte_offset, 150);
}

TEST(ResumeTest, ChangedSettingsAreNamed) {
  ExpectRefused([](DataDescription& now) { now.seed = 2; }, "data.seed 1, but it is 2");
  ExpectRefused([](DataDescription& now) { now.seq_len = 8; }, "data.seq_len 16");
  ExpectRefused([](DataDescription& now) { now.n_views = 3; }, "data.n_views 2");
  ExpectRefused([](DataDescription& now) { now.add_bos = false; }, "data.add_bos true");
  ExpectRefused([](DataDescription& now) { now.add_eos = true; }, "data.add_eos false");
  ExpectRefused([](DataDescription& now) { now.tokenizer = "sp"; }, "data.tokenizer.name bytes");
  ExpectRefused([](DataDescription& now) { now.vocab_size = 300; }, "258");
  ExpectRefused([](DataDescription& now) { now.world = 2; }, "ranks 1");
  ExpectRefused([](DataDescription& now) { now.sources[1].weight = 3.0; }, "a: 1, b: 2");
  ExpectRefused([](DataDescription& now) { now.sources.pop_back(); }, "data.sources");
}

TEST(ResumeTest, OtherBatchAndWindowSizesAreFine) {
  EXPECT_TRUE(ErrorAfter([](DataDescription& now) { now.batch_size = 7; }).ok());
  EXPECT_TRUE(ErrorAfter([](DataDescription& now) { now.prefetch_size = 1; }).ok());
}

TEST(ResumeTest, MissingFilesAreNamed) {
  const absl::Status gone = ErrorAfter(
      [](DataDescription& now) { now.sources[0].files.erase(now.sources[0].files.begin()); });
  EXPECT_TRUE(absl::IsDataLoss(gone)) << gone;
  EXPECT_TRUE(absl::StrContains(gone.message(), "a/0.jsonl (100 bytes)")) << gone;
  EXPECT_TRUE(absl::StrContains(gone.message(), "gone")) << gone;
}

TEST(ResumeTest, NewLongerAndShorterFilesAreFine) {
  const LoaderState saved = Saved();
  DataDescription now = saved.data;
  now.sources[0].files = {{"a/00.jsonl", 5}, {"a/0.jsonl", 101}, {"a/1.jsonl", 199}, {"a/2", 1}};
  const absl::StatusOr<ShuffleCursor> position = ResumePosition(saved, now);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->start.documents.sources[0].file, 2);
}

TEST(ResumeTest, APositionBehindTheLastFileStaysThere) {
  LoaderState saved = Saved();
  saved.position.start.documents.sources[0].file = 2;
  DataDescription now = saved.data;
  now.sources[0].files.push_back({"a/2.jsonl", 7});
  const absl::StatusOr<ShuffleCursor> position = ResumePosition(saved, now);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->start.documents.sources[0].file, 3);
}

TEST(ResumeTest, APositionInNoFileIsAnError) {
  LoaderState saved = Saved();
  saved.position.start.documents.sources[0].file = 3;
  EXPECT_TRUE(absl::IsInvalidArgument(ResumePosition(saved, saved.data).status()));
  saved = Saved();
  saved.position.start.documents.sources.pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(ResumePosition(saved, saved.data).status()));
}

}  // namespace
}  // namespace mneme
