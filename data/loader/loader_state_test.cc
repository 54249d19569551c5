#include "data/loader/loader_state.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace mneme {
namespace {

LoaderState Example() {
  LoaderState state;
  state.data.seed = 777;
  state.data.seq_len = 2024;
  state.data.add_bos = true;
  state.data.tokenizer = "bytes";
  state.data.sources = {{"a", 1.0 / 3.0, {{"a/a.chunk.0.jsonl", int64_t{1} << 40}}}, {"b", 2.0}};
  state.position.index = 3;
  state.position.sequences = 128;
  state.position.taken = 5;
  state.position.tokens_hash = std::numeric_limits<uint64_t>::max() - 1;
  state.position.start.documents.draws = 12345;
  state.position.start.documents.sources.resize(2);
  SourceCursor& cursor = state.position.start.documents.sources[0];
  cursor.epoch = 1;
  cursor.byte_offset = (int64_t{1} << 39) + 7;
  cursor.lines_bad = 2;
  cursor.first_bad_fault = LineFault::kBrokenJson;
  state.position.start.token_offset = 99;
  state.position.start.carry = {257};
  return state;
}

TEST(LoaderStateTest, JsonGivesItBack) {
  const LoaderState state = Example();
  const std::string json = LoaderStateToJson(state);
  const absl::StatusOr<LoaderState> read = LoaderStateFromJson(json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(LoaderStateToJson(*read), json);
  EXPECT_EQ(read->data.sources[0].weight, 1.0 / 3.0);
  EXPECT_EQ(read->data.sources[0].files[0].bytes, int64_t{1} << 40);
  EXPECT_EQ(read->position.tokens_hash, state.position.tokens_hash);
  EXPECT_EQ(read->position.start.documents.sources[0].byte_offset, (int64_t{1} << 39) + 7);
  EXPECT_EQ(read->position.start.documents.sources[0].first_bad_fault, LineFault::kBrokenJson);
  EXPECT_EQ(read->position.start.carry, std::vector<int32_t>{257});
}

TEST(LoaderStateTest, OtherTextIsAnError) {
  const std::string json = LoaderStateToJson(Example());
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[1]"), json.substr(0, json.size() / 2),
        absl::StrReplaceAll(json, {{"\"seq_len\"", "\"seqlen\""}}),
        absl::StrReplaceAll(json, {{"2024", "\"2024\""}})}) {
    EXPECT_TRUE(absl::IsInvalidArgument(LoaderStateFromJson(text).status())) << text;
  }
  const std::string other = absl::StrReplaceAll(json, {{"\"format\":1", "\"format\":2"}});
  const absl::Status status = LoaderStateFromJson(other).status();
  EXPECT_TRUE(absl::StrContains(status.message(), "format 2")) << status;
}

}  // namespace
}  // namespace mneme
