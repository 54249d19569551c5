// What //apps:inspect found: picks of prompts, how they spread, and contexts of rows.

#ifndef MNEME_APPS_INSPECT_INSPECTION_H_
#define MNEME_APPS_INSPECT_INSPECTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "apps/inspect/prompt_picks.h"
#include "apps/inspect/row_contexts.h"
#include "apps/inspect/row_use.h"

namespace mneme {

// One memory layer over all tokens of all prompts.
struct LayerSummary {
  int64_t layer = 0;
  int64_t picks = 0;
  RowUse use;
  std::vector<std::vector<double>> head_overlap;    // [M, M], see Overlap
  std::vector<std::vector<double>> prompt_overlap;  // [prompts, prompts]
};

// Of each memory layer; nothing without prompts.
std::vector<LayerSummary> Summarise(absl::Span<const PromptPicks> prompts);

struct Inspection {
  std::string checkpoint;  // its folder
  int64_t step = 0;
  std::vector<PromptPicks> prompts;
  std::vector<LayerSummary> summaries;
  std::vector<int64_t> rows;         // asked about
  int64_t documents = 0;             // of the corpus that were read for them
  std::vector<RowContext> contexts;  // of these rows
};

// For a terminal. `top`: how many picks of a head to show.
std::string InspectionText(const Inspection& inspection, int64_t top);

// One JSON object, without a newline. Weights have four digits behind the point.
std::string InspectionJson(const Inspection& inspection);

// A page that needs nothing but itself.
std::string InspectionHtml(const Inspection& inspection);

}  // namespace mneme

#endif  // MNEME_APPS_INSPECT_INSPECTION_H_
