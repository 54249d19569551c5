#include <vector>

#include "autograd/ops/attention/attention_f32_cpu.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

// What one batch member and key-value head need: matrices [rows, d] of the head, and scratch.
struct HeadBackward {
  Rows q, k, v, out, dout, dq, dk, dv;
  const float* logsumexp;                                               // [S]
  float* delta;                                                         // [S]
  std::vector<float> p = std::vector<float>(kQueryBlock * kKeyBlock);   // probabilities
  std::vector<float> ds = std::vector<float>(kQueryBlock * kKeyBlock);  // their scores' gradients

  void SetQueryHead(const AttentionBackwardArgs& args, int64_t b, int64_t head) {
    const AttentionShape& shape = args.shape;
    q = HeadRows(args.q, shape, shape.queries, shape.heads, b, head);
    out = HeadRows(args.out, shape, shape.queries, shape.heads, b, head);
    dout = HeadRows(args.dout, shape, shape.queries, shape.heads, b, head);
    dq = HeadRows(args.dq, shape, shape.queries, shape.heads, b, head);
    logsumexp = args.logsumexp + (b * shape.heads + head) * shape.queries;
    delta = args.delta + (b * shape.heads + head) * shape.queries;
  }

  void SetKeyHead(const AttentionBackwardArgs& args, int64_t b, int64_t head) {
    const AttentionShape& shape = args.shape;
    k = HeadRows(args.k, shape, shape.keys, shape.kv_heads, b, head);
    v = HeadRows(args.v, shape, shape.keys, shape.kv_heads, b, head);
    dk = HeadRows(args.dk, shape, shape.keys, shape.kv_heads, b, head);
    dv = HeadRows(args.dv, shape, shape.keys, shape.kv_heads, b, head);
  }
};

void ZeroRows(Rows x, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) std::fill_n(x.From(r).data, columns, 0.0f);
}

// p from scores, ds from p and the gradients of p; both 0 where the query must not look.
void SoftmaxBackwardBlock(const AttentionShape& shape, HeadBackward& head, int64_t query,
                          int64_t queries, int64_t key, int64_t keys) {
  for (int64_t i = 0; i < queries; ++i) {
    float *p = head.p.data() + i * kKeyBlock, *ds = head.ds.data() + i * kKeyBlock;
    const int64_t visible = VisibleKeys(shape, query + i, key, keys);
    const float logsumexp = head.logsumexp[query + i], delta = head.delta[query + i];
    for (int64_t j = 0; j < visible; ++j) {
      p[j] = ExpF(p[j] - logsumexp);
      ds[j] = p[j] * (ds[j] - delta);
    }
    std::fill(p + visible, p + keys, 0.0f);
    std::fill(ds + visible, ds + keys, 0.0f);
  }
}

void BackwardBlock(const AttentionBackwardArgs& args, HeadBackward& head, int64_t query,
                   int64_t queries, int64_t key, int64_t keys) {
  const int64_t d = args.shape.head_dim;
  const Rows p = {head.p.data(), kKeyBlock}, ds = {head.ds.data(), kKeyBlock};
  const Rows q = head.q.From(query), dout = head.dout.From(query), k = head.k.From(key);
  BlockGemm(Form::kTransposeB, queries, keys, d, args.scale, q, k, 0.0f, p);
  BlockGemm(Form::kTransposeB, queries, keys, d, 1.0f, dout, head.v.From(key), 0.0f, ds);
  SoftmaxBackwardBlock(args.shape, head, query, queries, key, keys);
  BlockGemm(Form::kTransposeA, keys, d, queries, 1.0f, p, dout, 1.0f, head.dv.From(key));
  BlockGemm(Form::kTransposeA, keys, d, queries, args.scale, ds, q, 1.0f, head.dk.From(key));
  BlockGemm(Form::kPlain, queries, d, keys, args.scale, ds, k, 1.0f, head.dq.From(query));
}

void BackwardQueryHead(const AttentionBackwardArgs& args, HeadBackward& head) {
  const int64_t length = args.shape.queries, d = args.shape.head_dim;
  ZeroRows(head.dq, length, d);
  for (int64_t query = 0; query < length; query += kQueryBlock) {
    const int64_t queries = std::min(kQueryBlock, length - query), end = query + queries;
    for (int64_t i = query; i < end; ++i) {
      head.delta[i] = static_cast<float>(RowDot(head.out.From(i).data, head.dout.From(i).data, d));
    }
    for (int64_t key = 0; key < end; key += kKeyBlock) {
      BackwardBlock(args, head, query, queries, key, std::min(kKeyBlock, end - key));
    }
  }
}

}  // namespace

// A thread takes a key-value head with all its query heads: everything that adds to a gradient is
// added by one thread, in one order.
void AttentionBackwardF32(const AttentionBackwardArgs& args) {
  const AttentionShape& shape = args.shape;
  const int64_t group = shape.heads / shape.kv_heads;
  ParallelFor(shape.batch * shape.kv_heads, 1, [&](int64_t begin, int64_t end) {
    HeadBackward head;
    for (int64_t task = begin; task < end; ++task) {
      const int64_t b = task / shape.kv_heads, kv_head = task % shape.kv_heads;
      head.SetKeyHead(args, b, kv_head);
      ZeroRows(head.dk, shape.keys, shape.head_dim);
      ZeroRows(head.dv, shape.keys, shape.head_dim);
      for (int64_t i = 0; i < group; ++i) {
        head.SetQueryHead(args, b, kv_head * group + i);
        BackwardQueryHead(args, head);
      }
    }
  });
}

}  // namespace mneme::cpu
