#include "apps/model/tensor_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/feed_forward.h"

namespace mneme {
namespace {

// Lists the tensors of one part of a model, whose names begin with `prefix`.
class Lister {
 public:
  Lister(std::string prefix, std::vector<ExpectedTensor>* list)
      : prefix_(std::move(prefix)), list_(list) {}

  void Add(absl::string_view name, Shape shape) const {
    list_->push_back({absl::StrCat(prefix_, name), std::move(shape)});
  }
  void AddProjection(absl::string_view name, int64_t out, int64_t in) const {
    Add(absl::StrCat(name, ".weight"), {out, in});
    Add(absl::StrCat(name, ".bias"), {out});
  }

 private:
  const std::string prefix_;
  std::vector<ExpectedTensor>* const list_;
};

void ListAttention(const ModelConfig& c, const Lister& list) {
  const int64_t queries = c.n_heads * HeadDim(c), keys = NumKvHeads(c) * HeadDim(c);
  list.Add("attention.wq.weight", {queries, c.dim});
  list.Add("attention.wk.weight", {keys, c.dim});
  list.Add("attention.wv.weight", {keys, c.dim});
  list.Add("attention.wo.weight", {c.dim, queries});
  list.Add("attention_norm.weight", {c.dim});
  list.Add("ffn_norm.weight", {c.dim});
}

void ListFeedForward(const ModelConfig& c, const Lister& list) {
  const int64_t hidden = nn::FeedForwardHidden(c);
  list.Add("feed_forward.w1.weight", {hidden, c.dim});
  list.Add("feed_forward.w2.weight", {c.dim, hidden});
  list.Add("feed_forward.w3.weight", {hidden, c.dim});
}

void ListMemory(const MemoryConfig& m, int64_t dim, bool owns_tables, const Lister& list) {
  const int64_t row_dim = RowDim(m, dim);
  list.Add("feed_forward.keys", {m.mem_heads * 2 * m.mem_n_keys, m.mem_k_dim / 2});
  list.AddProjection("feed_forward.query_proj", m.mem_heads * m.mem_k_dim, dim);
  if (!m.peer_variant && m.swilu_projection) {
    list.AddProjection("feed_forward.swilu_projection", row_dim, dim);
  }
  if (HasValueProj(m)) list.AddProjection("feed_forward.value_proj", dim, row_dim);
  if (m.mem_gated) list.AddProjection("feed_forward.gating", 1, dim);
  if (!owns_tables) return;
  if (m.peer_variant) {
    list.Add("feed_forward.values_u.weight", {NumRows(m), row_dim});
    list.Add("feed_forward.values_v.weight", {NumRows(m), row_dim});
  } else {
    list.Add("feed_forward.values.weight", {NumRows(m), row_dim});
  }
}

}  // namespace

std::vector<ExpectedTensor> ModelTensors(const ModelConfig& model, const MemoryConfig& memory) {
  std::vector<ExpectedTensor> list;
  const Lister top("", &list);
  top.Add("tok_embeddings.weight", {model.vocab_size, model.dim});
  for (int64_t i = 0; i < model.n_layers; ++i) {
    const Lister block(absl::StrCat("layers.", i, "."), &list);
    ListAttention(model, block);
    const bool has_memory =
        memory.is_enabled && std::count(memory.layers.begin(), memory.layers.end(), i) > 0;
    if (!has_memory || memory.mem_keep_ffn) ListFeedForward(model, block);
    if (!has_memory) continue;
    const bool owns_tables = !memory.mem_share_values || i == memory.layers.front();
    ListMemory(memory, model.dim, owns_tables, block);
  }
  top.Add("norm.weight", {model.dim});
  if (!model.weight_tying) top.Add("output.weight", {model.vocab_size, model.dim});
  return list;
}

bool IsTableName(absl::string_view name) { return absl::StrContains(name, ".feed_forward.values"); }

}  // namespace mneme
