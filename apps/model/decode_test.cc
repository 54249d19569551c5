#include "apps/model/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "apps/eval/testing/tiny_model.h"
#include "runtime/core/devices.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kWindow = 24, kVocabSize = ByteTokenizer::kVocabSize;

std::vector<std::vector<int32_t>> Prompts(const std::vector<int64_t>& lengths) {
  std::vector<std::vector<int32_t>> prompts;
  for (int64_t length : lengths) {
    const std::vector<int64_t> ids = RandomIds(length, kVocabSize, 100 + prompts.size());
    prompts.emplace_back(ids.begin(), ids.end());
  }
  return prompts;
}

// Token by token with whole forward passes. Once the window is full, it goes on from its later
// half.
std::vector<int32_t> SlowCompletion(LanguageModel* model, const std::vector<int32_t>& prompt,
                                    int64_t count) {
  std::vector<int32_t> tokens = prompt, seen = prompt;
  if (seen.size() > kWindow) seen.erase(seen.begin(), seen.end() - kWindow);
  while (static_cast<int64_t>(tokens.size() - prompt.size()) < count) {
    if (seen.size() > kWindow) seen.erase(seen.begin(), seen.end() - kWindow / 2);
    const int64_t length = static_cast<int64_t>(seen.size());
    const std::vector<float> logits =
        model->Logits(Tensor::From<int32_t>({1, length}, seen, model->device()))
            .value()
            .ToVector<float>();
    const auto last = logits.end() - kVocabSize;
    const int32_t token = static_cast<int32_t>(std::max_element(last, logits.end()) - last);
    tokens.push_back(token);
    seen.push_back(token);
  }
  return {tokens.begin() + prompt.size(), tokens.end()};
}

bool GoOn(int64_t, absl::Span<const int32_t>, bool) { return true; }

TEST(DecodeTest, FollowsTheModelBeyondItsWindow) {
  const auto prompts = Prompts({1, 3, 24, 23, 60, 2, 11});
  for (Device device : AvailableDevices()) {
    const auto model = MakeTinyModel(1, device);
    std::vector<std::vector<int32_t>> expected;
    for (const auto& prompt : prompts) expected.push_back(SlowCompletion(model.get(), prompt, 40));
    for (int64_t max_sequences : {1, 3, 64}) {
      for (int64_t max_cached_tokens : {1, 60, 1 << 16}) {
        for (bool goes_ahead : {false, true}) {
          const auto completions = DecodeGreedily(model.get(), prompts,
                                                  {.max_new_tokens = 40,
                                                   .max_sequences = max_sequences,
                                                   .max_cached_tokens = max_cached_tokens,
                                                   .goes_ahead = goes_ahead},
                                                  GoOn);
          EXPECT_EQ(completions, expected)
              << device.name() << ", " << max_sequences << " sequences, " << goes_ahead;
        }
      }
    }
  }
}

// What on_token was told of a prompt: the completion's length, and whether it has ended.
using Calls = std::vector<std::pair<size_t, bool>>;

// Completions that end at different times, by their end or because they are told to, alone and
// beside others: the same tokens, and the same calls for each.
TEST(DecodeTest, GoingAheadChangesNothing) {
  const auto prompts = Prompts({5, 2, 9, 1, 30, 4});
  for (Device device : AvailableDevices()) {
    const auto model = MakeTinyModel(1, device);
    std::vector<std::vector<int32_t>> all;
    for (const auto& prompt : prompts) all.push_back(SlowCompletion(model.get(), prompt, 30));
    // Ends the first completion at its seventh token, and others where they have the same.
    const int32_t end_id = all[0][6];
    const auto check = [&](int64_t max_new_tokens, int64_t max_sequences, bool goes_ahead) {
      SCOPED_TRACE(testing::Message() << device.name() << ", " << max_new_tokens << " tokens, "
                                      << max_sequences << " sequences, " << goes_ahead);
      std::vector<Calls> calls(prompts.size());
      const auto on_token = [&](int64_t prompt, absl::Span<const int32_t> completion, bool ended) {
        calls[prompt].emplace_back(completion.size(), ended);
        return prompt != 2 || completion.size() < 9;  // told to
      };
      const auto completions = DecodeGreedily(model.get(), prompts,
                                              {.max_new_tokens = max_new_tokens,
                                               .end_id = end_id,
                                               .max_sequences = max_sequences,
                                               .goes_ahead = goes_ahead},
                                              on_token);
      for (size_t i = 0; i < prompts.size(); ++i) {
        const int64_t most = i == 2 ? std::min<int64_t>(9, max_new_tokens) : max_new_tokens;
        std::vector<int32_t> expected(all[i].begin(), all[i].begin() + most);
        expected.erase(std::find(expected.begin(), expected.end(), end_id), expected.end());
        EXPECT_EQ(completions[i], expected) << i;
      }
      return calls;
    };
    for (int64_t max_new_tokens : {1, 2, 3, 30}) {
      for (int64_t max_sequences : {1, 2, 64}) {
        EXPECT_EQ(check(max_new_tokens, max_sequences, true),
                  check(max_new_tokens, max_sequences, false));
      }
    }
  }
}

// When a token is told, the step behind it has picked its rows already.
TEST(DecodeTest, GoesAhead) {
  const auto prompts = Prompts({5});
  const auto model = MakeTinyModel();
  const MemoryLayer& memory = *model->memory_layers()[0].module;
  const auto picks = [&](bool goes_ahead) {
    std::vector<std::vector<int64_t>> rows;
    const auto on_token = [&](int64_t, absl::Span<const int32_t>, bool) {
      rows.push_back(memory.last_rows().ToVector<int64_t>());
      return true;
    };
    DecodeGreedily(model.get(), prompts, {.max_new_tokens = 8, .goes_ahead = goes_ahead}, on_token);
    return rows;
  };
  const auto ahead = picks(true), after = picks(false);
  ASSERT_EQ(ahead.size(), 8);
  for (size_t i = 0; i + 1 < ahead.size(); ++i) EXPECT_EQ(ahead[i], after[i + 1]) << i;
  EXPECT_NE(ahead[0], after[0]);
}

TEST(DecodeTest, EndsWhenTold) {
  const auto model = MakeTinyModel();
  const auto prompts = Prompts({5, 2, 9});
  const auto all = DecodeGreedily(model.get(), prompts, {.max_new_tokens = 20}, GoOn);
  const auto told = DecodeGreedily(model.get(), prompts, {.max_new_tokens = 20},
                                   [](int64_t prompt, absl::Span<const int32_t> completion, bool) {
                                     return static_cast<int64_t>(completion.size()) <= prompt;
                                   });
  for (size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(told[i], std::vector<int32_t>(all[i].begin(), all[i].begin() + i + 1));
  }
}

TEST(DecodeTest, EndIdIsNoPartOfTheCompletion) {
  const auto model = MakeTinyModel();
  const auto prompts = Prompts({5, 2});
  const auto choose = [](int64_t prompt, int64_t n_before, absl::Span<const float> logits) {
    EXPECT_EQ(logits.size(), kVocabSize);
    return static_cast<int32_t>(10 * prompt + n_before);
  };
  std::vector<std::vector<int32_t>> seen(2);
  std::vector<int> endings(2, 0);
  const auto completions =
      Decode(model.get(), prompts, {.max_new_tokens = 5, .end_id = 12}, choose,
             [&](int64_t prompt, absl::Span<const int32_t> completion, bool ended) {
               EXPECT_EQ(endings[prompt], 0);
               endings[prompt] += ended;
               seen[prompt].assign(completion.begin(), completion.end());
               return true;
             });
  EXPECT_EQ(completions[0], (std::vector<int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(completions[1], (std::vector<int32_t>{10, 11}));
  EXPECT_EQ(seen, completions);
  EXPECT_EQ(endings, (std::vector<int>{1, 1}));
}

TEST(DecodeTest, NothingToDo) {
  for (Device device : AvailableDevices()) {
    const auto model = MakeTinyModel(1, device);
    EXPECT_TRUE(DecodeGreedily(model.get(), {}, {}, GoOn).empty());
    const auto none = DecodeGreedily(model.get(), Prompts({3, 4}), {.max_new_tokens = 0}, GoOn);
    EXPECT_EQ(none, std::vector<std::vector<int32_t>>(2));
  }
}

}  // namespace
}  // namespace mneme
