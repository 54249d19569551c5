#include "apps/eval/results.h"

#include <gtest/gtest.h>

#include <limits>

#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

std::vector<TaskResult> Results() {
  return {{.task = "piqa",
           .metrics = {{"acc", 0.5, 0.25, 12}, {"acc_norm", 1.0, std::nullopt, 12}},
           .samples = {{{"doc", 0}, {"context", "caf\xC3"}}, {{"doc", 1}}},
           .notes = {"3 of 24 texts were cut"},
           .seconds = 75},
          {.task = "val", .metrics = {{"perplexity", 1234.5678, std::nullopt, 100000}}}};
}

TEST(ResultsTable, AlignedWithNotesBelow) {
  EXPECT_EQ(ResultsTable(Results()),
            "task  metric          value  stderr       n   time\n"
            "piqa  acc            0.5000  0.2500      12  1m15s\n"
            "      acc_norm       1.0000       -      12\n"
            "val   perplexity  1234.5678       -  100000     0s\n"
            "piqa: 3 of 24 texts were cut\n");
}

TEST(ResultsJson, WhatIsNotFiniteIsNull) {
  std::vector<TaskResult> results = Results();
  results[1].metrics[0].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ResultsJson(results).dump(),
            R"({"piqa":{"acc":{"value":0.5,"stderr":0.25,"n":12},)"
            R"("acc_norm":{"value":1.0,"stderr":null,"n":12}},)"
            R"("val":{"perplexity":{"value":null,"stderr":null,"n":100000}}})");
}

TEST(ResultsMetrics, OneKeyForEachNumber) {
  const Metrics metrics = ResultsMetrics(Results());
  ASSERT_EQ(metrics.size(), 4);
  EXPECT_EQ(metrics[0], (Metrics::value_type{"piqa/acc", 0.5}));
  EXPECT_EQ(metrics[1], (Metrics::value_type{"piqa/acc_stderr", 0.25}));
  EXPECT_EQ(metrics[3], (Metrics::value_type{"val/perplexity", 1234.5678}));
}

TEST(WriteResults, FilesOfEachTask) {
  TempDir temp;
  const std::string folder = temp.File("a/b");
  const absl::Status written = WriteResults(folder, Results(), /*keep_others=*/false);
  ASSERT_TRUE(written.ok()) << written;
  EXPECT_EQ(ReadFile(folder + "/samples_piqa.jsonl").value(),
            "{\"doc\":0,\"context\":\"caf\uFFFD\"}\n{\"doc\":1}\n");
  EXPECT_EQ(nlohmann::ordered_json::parse(ReadFile(folder + "/results.json").value()),
            ResultsJson(Results()));
  EXPECT_FALSE(ReadFile(folder + "/samples_val.jsonl").ok());

  TaskResult other = Results()[0];
  other.task = "other";
  ASSERT_TRUE(WriteResults(folder, {other}, /*keep_others=*/true).ok());
  const auto both = nlohmann::json::parse(ReadFile(folder + "/results.json").value());
  EXPECT_TRUE(both.contains("piqa") && both.contains("other")) << both;
  ASSERT_TRUE(WriteResults(folder, {other}, /*keep_others=*/false).ok());
  EXPECT_FALSE(nlohmann::json::parse(ReadFile(folder + "/results.json").value()).contains("piqa"));
  EXPECT_FALSE(WriteResults("/proc/none", Results(), /*keep_others=*/false).ok());
}

}  // namespace
}  // namespace mneme
