#include "apps/model/model_size.h"

#include <algorithm>

#include "apps/model/tensor_list.h"
#include "nn/modules/feed_forward.h"

namespace mneme {
namespace {

int64_t NumMemoryLayers(const MemoryConfig& memory) {
  return memory.is_enabled ? static_cast<int64_t>(memory.layers.size()) : 0;
}

int64_t NumFeedForwards(const ModelConfig& c, const MemoryConfig& memory) {
  return c.n_layers - (memory.mem_keep_ffn ? 0 : NumMemoryLayers(memory));
}

// Elements that the nodes of a memory layer keep for one token: in the model's dtype, in f32 and
// in i64. Its input is counted by the block.
struct PerToken {
  int64_t activations, f32, i64;
};

PerToken MemoryLayerKeeps(const MemoryConfig& m, int64_t dim, Device device) {
  const int64_t query_dim = m.mem_heads * m.mem_k_dim, row_dim = RowDim(m, dim);
  const int64_t picks = m.mem_heads * m.mem_knn;
  PerToken n = {.activations = query_dim, .f32 = 2 * picks, .i64 = picks};  // scores, weights, rows
  if (m.qk_norm) n.activations += query_dim, n.f32 += 2 * m.mem_heads;
  if (m.peer_variant) n.f32 += 3 * picks;  // hidden, gelu of it, times the weights
  if (!m.peer_variant && m.swilu_projection) n.activations += 3 * row_dim;
  if (!m.peer_variant && !m.swilu_projection && m.mem_v_dim > 0) n.activations += row_dim;
  if (m.mem_gated) n.activations += dim + 1;
  // Sorted at once where rows are copied: order, inverse, unique rows and where they begin.
  if (device.is_cuda() && m.zero_copy) n.i64 += 4 * picks;
  return n;
}

// Bytes of the rows of one memory layer's lookup: copies of them, and their summed gradients.
struct RowBytes {
  int64_t staged, gradients;
};

RowBytes RowsOf(const MemoryConfig& m, int64_t dim, int64_t tokens, Device device, DType dtype) {
  const int64_t tables = m.peer_variant ? 2 : 1;
  const int64_t most = std::min(tokens * m.mem_heads * m.mem_knn, NumRows(m));
  const int64_t elements = tables * most * RowDim(m, dim);
  const int64_t f32 = sizeof(float), on_link = DTypeBytes(dtype);
  if (!device.is_cuda() || !m.zero_copy) return {0, elements * f32};
  return {elements * on_link, elements * (f32 + (dtype == DType::kF32 ? 0 : on_link))};
}

}  // namespace

int64_t NumDenseParameters(const ModelConfig& c, const MemoryConfig& memory) {
  int64_t count = 0;
  for (const ExpectedTensor& tensor : ModelTensors(c, memory)) {
    if (!IsTableName(tensor.name)) count += NumElements(tensor.shape);
  }
  return count;
}

ActivationBytes EstimateActivations(const ModelConfig& c, const MemoryConfig& memory,
                                    int64_t batch_size, int64_t seq_len, Device device,
                                    DType dtype) {
  const int64_t tokens = batch_size * seq_len, memory_layers = NumMemoryLayers(memory);
  const int64_t element = DTypeBytes(dtype), f32 = sizeof(float), i64 = sizeof(int64_t);
  // A block: input, its norm, attention's sum and its norm; queries, keys, values, attention's
  // output. A feed-forward: both products and what they make.
  const int64_t block = 4 * c.dim + 2 * HeadDim(c) * (c.n_heads + NumKvHeads(c));
  const int64_t feed_forward = 3 * nn::FeedForwardHidden(c);
  const int64_t logits = tokens * c.vocab_size * element;
  ActivationBytes bytes;
  bytes.kept = tokens * (c.n_layers * (block * element + (c.n_heads + 2) * f32) +
                         NumFeedForwards(c, memory) * feed_forward * element + 2 * c.dim * element +
                         4 * f32) +
               logits;
  bytes.beside = logits;
  if (memory_layers == 0) return bytes;
  const PerToken layer = MemoryLayerKeeps(memory, c.dim, device);
  const RowBytes rows = RowsOf(memory, c.dim, tokens, device, dtype);
  bytes.kept +=
      memory_layers *
      (tokens * (layer.activations * element + layer.f32 * f32 + layer.i64 * i64) + rows.staged);
  // Row gradients grow while activations go, logits first.
  bytes.beside = std::max(logits, memory_layers * rows.gradients);
  return bytes;
}

}  // namespace mneme
