#include "apps/train/describe.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "apps/progress/format.h"

namespace mneme {

std::string DescribeModel(LanguageModel& model) {
  const ModelConfig& c = model.config();
  const MemoryConfig& m = model.memory_config();
  std::string text = absl::StrCat(c.n_layers, " layers x ", c.dim, ", ",
                                  ShortCount(model.parameters().NumElements()), " parameters");
  if (model.tables().empty()) return text;
  absl::StrAppend(&text, "; memory at layer", m.layers.size() == 1 ? " " : "s ",
                  absl::StrJoin(m.layers, ", "), ": ");
  if (model.tables().size() > 1) absl::StrAppend(&text, model.tables().size(), " tables of ");
  absl::StrAppend(&text, ShortCount(NumRows(m)), " rows x ", RowDim(m, c.dim), " (",
                  ShortCount(model.NumTableElements()), " parameters), ", m.mem_heads * m.mem_knn,
                  " rows a token");
  return text;
}

std::string DescribeAdopted(const std::string& path, const AdoptedWeights& adopted) {
  std::string text = absl::StrCat("weights of ", path);
  const auto append = [&text](const char* what, const std::set<int64_t>& blocks) {
    if (blocks.empty()) return;
    absl::StrAppend(&text, what, " of layer", blocks.size() == 1 ? " " : "s ",
                    absl::StrJoin(blocks, ", "));
  };
  append("; new: the memory", adopted.new_memory);
  append("; left out: the feed-forward", adopted.replaced);
  return text;
}

std::string DescribeUsage(int64_t index, int64_t n_rows, double share_touched,
                          const PickUsage::Summary& summary) {
  return absl::StrFormat(
      "memory %d: %.1f%% of %s rows touched in the run; a lookup's %s picks fall on %s rows, as "
      "spread as %s equal ones (entropy %.2f of %.2f nats)",
      index, 100.0 * share_touched, ShortCount(n_rows), ShortCount(summary.picks),
      ShortCount(summary.unique_rows), ShortCount(std::exp(summary.entropy_nats)),
      summary.entropy_nats, std::log(static_cast<double>(n_rows)));
}

double FlopsPerToken(LanguageModel& model, int64_t seq_len) {
  const ModelConfig& c = model.config();
  int64_t met = 0;
  for (const auto& parameter : model.parameters().all()) {
    const bool lookup_only = parameter->name == "tok_embeddings.weight" && !c.weight_tying;
    if (!lookup_only) met += parameter->master.numel();
  }
  return 6.0 * static_cast<double>(met) +
         6.0 * static_cast<double>(c.n_layers * seq_len * c.n_heads * HeadDim(c)) +
         TableFlopsPerToken(model);
}

double TableFlopsPerToken(LanguageModel& model) {
  const MemoryConfig& m = model.memory_config();
  const int64_t layers = static_cast<int64_t>(model.memory_layers().size());
  const int64_t tables = m.peer_variant ? 2 : 1;
  return 6.0 * static_cast<double>(layers * tables * m.mem_heads * m.mem_knn *
                                   RowDim(m, model.config().dim));
}

}  // namespace mneme
