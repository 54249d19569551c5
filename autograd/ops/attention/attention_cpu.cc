#include <vector>

#include "autograd/ops/attention/attention_f32_cpu.h"
#include "runtime/core/float16.h"

namespace mneme::cpu {
namespace {

int64_t QueryCount(const AttentionShape& shape) {
  return shape.batch * shape.queries * shape.heads * shape.head_dim;
}

int64_t KeyCount(const AttentionShape& shape) {
  return shape.batch * shape.keys * shape.kv_heads * shape.head_dim;
}

template <typename T>
std::vector<float> Widen(const void* x, int64_t count) {
  std::vector<float> wide(count);
  for (int64_t i = 0; i < count; ++i) wide[i] = static_cast<float>(static_cast<const T*>(x)[i]);
  return wide;
}

template <typename T>
void Narrow(const std::vector<float>& wide, void* x) {
  for (size_t i = 0; i < wide.size(); ++i) static_cast<T*>(x)[i] = static_cast<T>(wide[i]);
}

// Half-precision tensors are widened to f32 whole: right, and only as fast as tests need.
template <typename T>
void ForwardHalf(const AttentionForwardArgs& args) {
  const int64_t queries = QueryCount(args.shape), keys = KeyCount(args.shape);
  const std::vector<float> q = Widen<T>(args.q, queries);
  const std::vector<float> k = Widen<T>(args.k, keys), v = Widen<T>(args.v, keys);
  std::vector<float> out(queries);
  AttentionForwardArgs wide = args;
  wide.q = q.data();
  wide.k = k.data();
  wide.v = v.data();
  wide.out = out.data();
  AttentionForwardF32(wide);
  Narrow<T>(out, args.out);
}

template <typename T>
void BackwardHalf(const AttentionBackwardArgs& args) {
  const int64_t queries = QueryCount(args.shape), keys = KeyCount(args.shape);
  const std::vector<float> q = Widen<T>(args.q, queries), out = Widen<T>(args.out, queries);
  const std::vector<float> dout = Widen<T>(args.dout, queries);
  const std::vector<float> k = Widen<T>(args.k, keys), v = Widen<T>(args.v, keys);
  std::vector<float> dq(queries), dk(keys), dv(keys);
  AttentionBackwardArgs wide = args;
  wide.q = q.data();
  wide.k = k.data();
  wide.v = v.data();
  wide.out = out.data();
  wide.dout = dout.data();
  wide.dq = dq.data();
  wide.dk = dk.data();
  wide.dv = dv.data();
  AttentionBackwardF32(wide);
  Narrow<T>(dq, args.dq);
  Narrow<T>(dk, args.dk);
  Narrow<T>(dv, args.dv);
}

}  // namespace

void AttentionForward(const AttentionForwardArgs& args) {
  switch (args.dtype) {
    case DType::kBF16:
      return ForwardHalf<bf16>(args);
    case DType::kF16:
      return ForwardHalf<f16>(args);
    default:
      return AttentionForwardF32(args);
  }
}

void AttentionBackward(const AttentionBackwardArgs& args) {
  switch (args.dtype) {
    case DType::kBF16:
      return BackwardHalf<bf16>(args);
    case DType::kF16:
      return BackwardHalf<f16>(args);
    default:
      return AttentionBackwardF32(args);
  }
}

}  // namespace mneme::cpu
