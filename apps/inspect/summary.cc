#include "apps/inspect/inspection.h"

namespace mneme {
namespace {

// The picks of one layer that `wanted(prompt, head)` takes.
template <typename Wanted>
RowShares SharesWhere(absl::Span<const PromptPicks> prompts, size_t layer, Wanted wanted) {
  std::vector<int64_t> rows;
  std::vector<float> weights;
  for (size_t p = 0; p < prompts.size(); ++p) {
    const LayerPicks& picks = prompts[p].layers[layer];
    for (size_t i = 0; i < picks.rows.size(); ++i) {
      const int64_t head = static_cast<int64_t>(i) / picks.knn % picks.heads;
      if (!wanted(p, head)) continue;
      rows.push_back(picks.rows[i]);
      weights.push_back(picks.weights[i]);
    }
  }
  return SharesOf(rows, weights);
}

std::vector<std::vector<double>> Overlaps(absl::Span<const RowShares> shares) {
  std::vector<std::vector<double>> overlaps(shares.size(), std::vector<double>(shares.size()));
  for (size_t i = 0; i < shares.size(); ++i) {
    for (size_t j = 0; j < shares.size(); ++j) overlaps[i][j] = Overlap(shares[i], shares[j]);
  }
  return overlaps;
}

}  // namespace

std::vector<LayerSummary> Summarise(absl::Span<const PromptPicks> prompts) {
  std::vector<LayerSummary> summaries;
  if (prompts.empty()) return summaries;
  for (size_t layer = 0; layer < prompts[0].layers.size(); ++layer) {
    const LayerPicks& first = prompts[0].layers[layer];
    LayerSummary summary = {.layer = first.layer};
    for (const PromptPicks& prompt : prompts) {
      summary.picks += static_cast<int64_t>(prompt.layers[layer].rows.size());
    }
    const auto everything = [](size_t, int64_t) { return true; };
    summary.use = UseOf(SharesWhere(prompts, layer, everything), first.n_rows());
    std::vector<RowShares> of_heads, of_prompts;
    for (int64_t h = 0; h < first.heads; ++h) {
      of_heads.push_back(
          SharesWhere(prompts, layer, [h](size_t, int64_t head) { return head == h; }));
    }
    for (size_t p = 0; p < prompts.size(); ++p) {
      of_prompts.push_back(
          SharesWhere(prompts, layer, [p](size_t prompt, int64_t) { return prompt == p; }));
    }
    summary.head_overlap = Overlaps(of_heads);
    summary.prompt_overlap = Overlaps(of_prompts);
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

}  // namespace mneme
