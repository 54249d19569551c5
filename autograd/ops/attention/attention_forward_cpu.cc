#include <cmath>
#include <vector>

#include "autograd/ops/attention/attention_f32_cpu.h"
#include "runtime/core/ceil_div.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

// One block of queries of one head, and its online softmax: max and sum are those of the keys so
// far, and out is sum times what it will be.
struct QueryBlock {
  explicit QueryBlock(const AttentionShape& s)
      : shape(s), scores(kQueryBlock * kKeyBlock), out(kQueryBlock * s.head_dim) {}

  void Start(int64_t query_begin) {
    first = query_begin;
    count = std::min(kQueryBlock, shape.queries - query_begin);
    std::fill(max, max + count, -INFINITY);
    std::fill(sum, sum + count, 0.0);
    std::fill(out.begin(), out.end(), 0.0f);
  }

  // Turns the scores of `keys` keys from `key` on into e^(score - max), 0 where the query must
  // not look.
  void Softmax(int64_t key, int64_t keys) {
    for (int64_t i = 0; i < count; ++i) {
      float* row = scores.data() + i * kKeyBlock;
      const int64_t visible = VisibleKeys(shape, first + i, key, keys);
      if (visible > 0) {
        const float new_max = std::max(max[i], RowMax(row, visible));
        const float shrink = ExpF(max[i] - new_max);
        max[i] = new_max;
        sum[i] = sum[i] * shrink + RowExpInPlace(row, visible, new_max);
        float* out_i = out.data() + i * shape.head_dim;
        for (int64_t c = 0; c < shape.head_dim; ++c) out_i[c] *= shrink;
      }
      std::fill(row + visible, row + keys, 0.0f);
    }
  }

  const AttentionShape& shape;
  int64_t first = 0, count = 0;
  float max[kQueryBlock];
  double sum[kQueryBlock];
  std::vector<float> scores;  // [kQueryBlock, kKeyBlock]
  std::vector<float> out;     // [kQueryBlock, d]
};

void ForwardBlock(const AttentionForwardArgs& args, int64_t b, int64_t head, QueryBlock& block) {
  const AttentionShape& shape = args.shape;
  const int64_t d = shape.head_dim, kv_head = head / (shape.heads / shape.kv_heads);
  const Rows q = HeadRows(args.q, shape, shape.queries, shape.heads, b, head);
  const Rows k = HeadRows(args.k, shape, shape.keys, shape.kv_heads, b, kv_head);
  const Rows v = HeadRows(args.v, shape, shape.keys, shape.kv_heads, b, kv_head);
  const Rows scores = {block.scores.data(), kKeyBlock}, sums = {block.out.data(), d};
  const int64_t end = shape.keys - shape.queries + block.first + block.count;  // keys seen
  for (int64_t key = 0; key < end; key += kKeyBlock) {
    const int64_t keys = std::min(kKeyBlock, end - key);
    BlockGemm(Form::kTransposeB, block.count, keys, d, args.scale, q.From(block.first), k.From(key),
              0.0f, scores);
    block.Softmax(key, keys);
    BlockGemm(Form::kPlain, block.count, d, keys, 1.0f, scores, v.From(key), 1.0f, sums);
  }
  const Rows out = HeadRows(args.out, shape, shape.queries, shape.heads, b, head);
  float* logsumexp = args.logsumexp + (b * shape.heads + head) * shape.queries;
  for (int64_t i = 0; i < block.count; ++i) {
    const float inverse = static_cast<float>(1.0 / block.sum[i]);
    float* out_i = out.From(block.first + i).data;
    for (int64_t c = 0; c < d; ++c) out_i[c] = block.out[i * d + c] * inverse;
    logsumexp[block.first + i] = block.max[i] + LogF(static_cast<float>(block.sum[i]));
  }
}

}  // namespace

void AttentionForwardF32(const AttentionForwardArgs& args) {
  const AttentionShape& shape = args.shape;
  const int64_t blocks = CeilDiv(shape.queries, kQueryBlock);
  const int64_t tasks = shape.batch * shape.heads * blocks;
  ParallelFor(tasks, 1, [&](int64_t begin, int64_t end) {
    QueryBlock block(shape);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t b = task / blocks / shape.heads, head = task / blocks % shape.heads;
      block.Start((blocks - 1 - task % blocks) * kQueryBlock);  // those with most keys first
      ForwardBlock(args, b, head, block);
    }
  });
}

}  // namespace mneme::cpu
