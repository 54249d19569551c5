#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "apps/generate/text_stream.h"
#include "apps/inspect/inspection.h"

namespace mneme {
namespace {

constexpr int kTokenColumns = 14;

// Without what a terminal would take for a command.
std::string OneLine(absl::string_view text) {
  return TextStream().Append(
      absl::StrReplaceAll(text, {{"\n", "\\n"}, {"\r", "\\r"}, {"\t", "\\t"}, {"\x1B", "\\e"}}));
}

void AppendPicks(const PromptPicks& prompt, const LayerPicks& picks, int64_t top,
                 std::string* text) {
  absl::StrAppendFormat(text, "layer %d, %d heads x %d of %d rows: row and weight of the best %d\n",
                        picks.layer, picks.heads, picks.knn, picks.n_rows(),
                        std::min(top, picks.knn));
  for (int64_t t = 0; t < picks.tokens(); ++t) {
    const std::string token = absl::StrCat("'", OneLine(prompt.tokens[t]), "'");
    for (int64_t head = 0; head < picks.heads; ++head) {
      const std::string index = head == 0 ? absl::StrCat(t) : "";
      absl::StrAppendFormat(text, "%5s %-*s head %d:", index, kTokenColumns, head == 0 ? token : "",
                            head);
      const int64_t begin = (t * picks.heads + head) * picks.knn;
      for (int64_t i = begin; i < begin + std::min(top, picks.knn); ++i) {
        absl::StrAppendFormat(text, "  %d %.3f", picks.rows[i], picks.weights[i]);
      }
      absl::StrAppend(text, "\n");
    }
  }
}

// "  0-1 0.02  0-2 0.00": each pair once; nothing for one member.
void AppendOverlap(absl::string_view of, const std::vector<std::vector<double>>& overlap,
                   std::string* text) {
  if (overlap.size() < 2) return;
  absl::StrAppend(text, "  weight on the same rows, ", of, ":");
  for (size_t i = 0; i < overlap.size(); ++i) {
    for (size_t j = i + 1; j < overlap.size(); ++j) {
      absl::StrAppendFormat(text, "  %d-%d %.3f", i, j, overlap[i][j]);
    }
  }
  absl::StrAppend(text, "\n");
}

void AppendSummary(const LayerSummary& summary, std::string* text) {
  const RowUse& use = summary.use;
  absl::StrAppendFormat(
      text, "layer %d: %d picks on %d of %d rows (%.2f%%)\n", summary.layer, summary.picks,
      use.rows_used, use.n_rows,
      100.0 * static_cast<double>(use.rows_used) / static_cast<double>(use.n_rows));
  absl::StrAppendFormat(text, "  entropy %.3f nats, KL to uniform %.3f nats, Gini %.4f\n",
                        use.entropy, use.kl_to_uniform, use.gini);
  AppendOverlap("heads", summary.head_overlap, text);
  AppendOverlap("prompts", summary.prompt_overlap, text);
}

void AppendContexts(const Inspection& inspection, std::string* text) {
  for (int64_t row : inspection.rows) {
    absl::StrAppendFormat(text, "\nrow %d in %d documents\n", row, inspection.documents);
    bool is_picked = false;
    for (const RowContext& context : inspection.contexts) {
      if (context.row != row) continue;
      is_picked = true;
      absl::StrAppendFormat(text, "  %.3f  layer %d head %d  %s[%s]%s\n", context.weight,
                            context.layer, context.head, OneLine(context.before),
                            OneLine(context.token), OneLine(context.after));
    }
    if (!is_picked) absl::StrAppend(text, "  is picked nowhere\n");
  }
}

}  // namespace

std::string InspectionText(const Inspection& inspection, int64_t top) {
  std::string text = absl::StrFormat("%s, step %d\n", inspection.checkpoint, inspection.step);
  for (size_t p = 0; p < inspection.prompts.size(); ++p) {
    const PromptPicks& prompt = inspection.prompts[p];
    absl::StrAppendFormat(&text, "\nprompt %d: %s%d tokens\n", p,
                          prompt.is_cut ? "longer than the model's window, its last " : "",
                          prompt.tokens.size());
    for (const LayerPicks& picks : prompt.layers) AppendPicks(prompt, picks, top, &text);
  }
  if (!inspection.summaries.empty()) absl::StrAppend(&text, "\nsummary of all prompts\n");
  for (const LayerSummary& summary : inspection.summaries) AppendSummary(summary, &text);
  AppendContexts(inspection, &text);
  return text;
}

}  // namespace mneme
