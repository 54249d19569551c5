#include "apps/inspect/inspection.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

// Two prompts of two and one tokens, two heads, two picks.
Inspection Example() {
  const LayerPicks first = {.layer = 4,
                            .heads = 2,
                            .knn = 2,
                            .n_keys = 3,
                            .rows = {8, 1, 2, 3, 8, 0, 2, 1},
                            .weights = {0.75f, 0.25f, 0.5f, 0.5f, 1.0f, 0.0f, 0.5f, 0.5f}};
  const LayerPicks second = {.layer = 4,
                             .heads = 2,
                             .knn = 2,
                             .n_keys = 3,
                             .rows = {5, 8, 2, 7},
                             .weights = {0.5f, 0.5f, 1.0f, 0.0f}};
  Inspection inspection;
  inspection.checkpoint = "runs/a";
  inspection.step = 12;
  inspection.prompts = {{.prompt = "a\n", .tokens = {"a", "\n"}, .layers = {first}},
                        {.prompt = "</script>", .tokens = {"</script>"}, .layers = {second}}};
  inspection.summaries = Summarise(inspection.prompts);
  inspection.rows = {8, 6};
  inspection.documents = 3;
  inspection.contexts = {{.row = 8,
                          .layer = 4,
                          .head = 1,
                          .weight = 0.875f,
                          .document = 2,
                          .before = "be\n",
                          .token = "to\x07k",  // a terminal would beep
                          .after = "af"}};
  return inspection;
}

TEST(Inspection, Summary) {
  const std::vector<LayerSummary> summaries = Example().summaries;
  ASSERT_EQ(summaries.size(), 1);
  EXPECT_EQ(summaries[0].layer, 4);
  EXPECT_EQ(summaries[0].picks, 12);
  EXPECT_EQ(summaries[0].use.rows_used, 5);  // 8 1 2 3 5: those of weight 0 are not used
  EXPECT_EQ(summaries[0].use.n_rows, 9);
  // Heads: {8: 2.25, 1: 0.25, 5: 0.5} / 3 and {2: 2, 3: 0.5, 1: 0.5} / 3.
  EXPECT_NEAR(summaries[0].head_overlap[0][1], 0.25 / 3, 1e-12);
  EXPECT_NEAR(summaries[0].head_overlap[1][1], 1.0, 1e-12);
  // Prompts: {8: 1.75, 2: 1, 1: 0.75, 3: 0.5} / 4 and {2: 1, 5: 0.5, 8: 0.5} / 2.
  EXPECT_NEAR(summaries[0].prompt_overlap[0][1], 0.25 + 0.25, 1e-12);
  EXPECT_TRUE(Summarise({}).empty());
}

TEST(Inspection, Text) {
  EXPECT_EQ(InspectionText(Example(), 1),
            "runs/a, step 12\n"
            "\n"
            "prompt 0: 2 tokens\n"
            "layer 4, 2 heads x 2 of 9 rows: row and weight of the best 1\n"
            "    0 'a'            head 0:  8 0.750\n"
            "                     head 1:  2 0.500\n"
            "    1 '\\n'           head 0:  8 1.000\n"
            "                     head 1:  2 0.500\n"
            "\n"
            "prompt 1: 1 tokens\n"
            "layer 4, 2 heads x 2 of 9 rows: row and weight of the best 1\n"
            "    0 '</script>'    head 0:  5 0.500\n"
            "                     head 1:  2 1.000\n"
            "\n"
            "summary of all prompts\n"
            "layer 4: 12 picks on 5 of 9 rows (55.56%)\n"
            "  entropy 1.408 nats, KL to uniform 0.789 nats, Gini 0.6296\n"
            "  weight on the same rows, heads:  0-1 0.083\n"
            "  weight on the same rows, prompts:  0-1 0.500\n"
            "\n"
            "row 8 in 3 documents\n"
            "  0.875  layer 4 head 1  be\\n[to\uFFFDk]af\n"
            "\n"
            "row 6 in 3 documents\n"
            "  is picked nowhere\n");
}

TEST(Inspection, JsonHoldsEverything) {
  const auto json = nlohmann::json::parse(InspectionJson(Example()));
  EXPECT_EQ(json["checkpoint"], "runs/a");
  const auto& layer = json["prompts"][0]["layers"][0];
  EXPECT_EQ(layer["rows"][1][0][0], 8);
  EXPECT_EQ(layer["weights"][0][0][1], 0.25);
  EXPECT_EQ(json["prompts"][1]["tokens"][0], "</script>");
  EXPECT_EQ(json["summary"][0]["rows_used"], 5);
  EXPECT_EQ(json["contexts"][0]["after"], "af");
  EXPECT_EQ(json["rows"], (std::vector<int64_t>{8, 6}));
}

TEST(Inspection, ThePageHoldsTheData) {
  const std::string page = InspectionHtml(Example());
  EXPECT_TRUE(absl::StartsWith(page, "<!DOCTYPE html>"));
  EXPECT_FALSE(absl::StrContains(page, "@INSPECTION@"));
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(open) + open.size();
  const std::string data = page.substr(begin, page.find("</script>", begin) - begin);
  EXPECT_EQ(nlohmann::json::parse(data), nlohmann::json::parse(InspectionJson(Example())));
  for (const char* remote : {"http://", "https://", "src=", "@import", "url("}) {
    EXPECT_FALSE(absl::StrContains(page, remote)) << remote;
  }
}

}  // namespace
}  // namespace mneme
