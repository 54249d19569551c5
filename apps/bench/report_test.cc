#include "apps/bench/report.h"

#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace mneme {
namespace {

BenchReport Example() {
  return {.benchmark = "link",
          .machine = "a machine",
          .sections = {{.title = "a table",
                        .facts = {{"unique_rows", 412000}, {"step_ms", 1.23456}},
                        .measures = {{.name = "read", .ms = 2, .bytes = 1e8, .floor_ms = 1.6},
                                     {.name = "map", .ms = 0.5}},
                        .note = "well read"}}};
}

TEST(ReportTest, Text) {
  EXPECT_EQ(ReportText(Example()), R"(a machine

a table
  unique rows: 412000
  step ms: 1.235
                ms      bytes      GB/s   floor ms   ratio
  read       2.000   95.4 MiB      50.0      1.600    1.25
  map        0.500
  well read
)");
}

TEST(ReportTest, Json) {
  const auto json = nlohmann::json::parse(ReportJson(Example()));
  EXPECT_EQ(json["benchmark"], "link");
  const auto& section = json["sections"][0];
  EXPECT_EQ(section["unique_rows"], 412000);
  EXPECT_EQ(section["note"], "well read");
  const auto& read = section["measures"][0];
  EXPECT_DOUBLE_EQ(read["gb_per_s"], 50.0);
  EXPECT_DOUBLE_EQ(read["ratio"], 1.25);
  EXPECT_FALSE(section["measures"][1].contains("bytes"));
  EXPECT_FALSE(section["measures"][1].contains("floor_ms"));
}

}  // namespace
}  // namespace mneme
