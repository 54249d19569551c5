// The memory layers of a model: plain data. Its keys, ranges and meanings are described once, in
// apps/config/model_schema.cc, where this section is called productkey_args.
// Source: Memory Layers at Scale, arXiv 2412.09764, section 3.

#ifndef MNEME_MEMORY_LAYER_MEMORY_CONFIG_H_
#define MNEME_MEMORY_LAYER_MEMORY_CONFIG_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace mneme {

// Who reads rows out of host memory.
enum class RowGather {
  kAuto,  // whoever is faster: measured once
  kGpu,   // a kernel, over the link
  kCpu,   // CPU threads, into a buffer that is then copied: for small rows far apart
};

// What a table of values is kept in.
enum class ValuesDType { kFp32, kBf16 };

struct MemoryConfig {
  bool is_enabled = false;
  std::vector<int64_t> layers;  // blocks whose feed-forward is a memory layer, from 0, ascending
  int64_t mem_n_keys = 1024;    // K, keys in each half; the table has K * K rows
  int64_t mem_heads = 4;
  int64_t mem_knn = 32;          // rows picked by each head for each token
  int64_t mem_k_dim = 512;       // width of one query; each half key has mem_k_dim / 2
  int64_t mem_v_dim = -1;        // width of a row; -1: the model's dim
  bool mem_share_values = true;  // one table for all the layers
  bool swilu_projection = true;  // value_proj(out * silu(swilu_projection(x)))
  bool mem_gated = false;        // the output times sigmoid(gating(x))
  bool peer_variant = false;     // two tables, rows are the weights of tiny experts (PEER)
  bool mem_keep_ffn = false;     // feed_forward(x) + memory(x), where memory(x) starts at zero
  bool qk_norm = false;          // RMS-normalise queries and keys before scoring
  std::optional<double> value_fixed_lr = 0.001;  // the tables' learning rate; unset: optim.lr
  bool zero_copy = true;  // on a GPU: tables lie in host memory, rows cross the link
  RowGather gather = RowGather::kAuto;
  ValuesDType values_dtype = ValuesDType::kFp32;
};

// Rows of one value table.
inline int64_t NumRows(const MemoryConfig& c) { return c.mem_n_keys * c.mem_n_keys; }

// Width of one row; `dim` is the model's. PEER's rows multiply the hidden state, so are dim wide.
inline int64_t RowDim(const MemoryConfig& c, int64_t dim) {
  return c.peer_variant || c.mem_v_dim <= 0 ? dim : c.mem_v_dim;
}

// Whether the summed rows are projected. If they are, it is the projection that starts at zero for
// mem_keep_ffn; else the table whose rows are summed.
inline bool HasValueProj(const MemoryConfig& c) {
  return !c.peer_variant && (c.swilu_projection || c.mem_v_dim > 0);
}

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_MEMORY_CONFIG_H_
