#include "apps/checkpoint/run_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mneme {
namespace {

TEST(RunState, ComesBackToTheBit) {
  RunState state;
  state.step = 128'000;
  state.counts = {{"max", std::numeric_limits<int64_t>::max()},
                  {"min", std::numeric_limits<int64_t>::min()}};
  state.numbers = {{"sum", 0.1 + 0.2},
                   {"tiny", 5e-324},
                   {"minus zero", -0.0},
                   {"inf", std::numeric_limits<double>::infinity()},
                   {"-inf", -std::numeric_limits<double>::infinity()},
                   {"nan", std::nan("")}};
  state.texts = {
      {"loader", "{\"a\": [1, \"\\u00e9\"]}\n\t"}, {"empty", ""}, {"\xc3\xa9", "\xe2\x82\xac"}};
  const auto json = RunStateToJson(state);
  ASSERT_TRUE(json.ok()) << json.status();
  const auto back = RunStateFromJson(*json);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->step, state.step);
  EXPECT_EQ(back->counts, state.counts);
  EXPECT_EQ(back->texts, state.texts);
  EXPECT_TRUE(std::isnan(back->numbers.at("nan")));
  EXPECT_TRUE(std::signbit(back->numbers.at("minus zero")));
  for (const auto& [key, number] : state.numbers) {
    if (key != "nan") {
      EXPECT_EQ(back->numbers.at(key), number) << key;
    }
  }
}

TEST(RunState, BadTextsAreErrors) {
  RunState state;
  state.texts["loader"] = "\xff";
  EXPECT_FALSE(RunStateToJson(state).ok());
  for (const char* json : {"", "[]", "{}", "{\"step\": \"x\", \"counts\": {}, \"texts\": {}}"}) {
    EXPECT_FALSE(RunStateFromJson(json).ok()) << json;
  }
}

}  // namespace
}  // namespace mneme
