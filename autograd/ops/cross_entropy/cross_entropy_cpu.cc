#include "autograd/ops/cross_entropy/cross_entropy_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainElements = 1 << 14;
constexpr int64_t kMeanGrain = 1 << 12;

int64_t RowGrain(int64_t columns) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
}

template <typename T>
void TokenLossAs(const TokenLossArgs& args) {
  const T* logits = static_cast<const T*>(args.logits);
  ParallelFor(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const T* row = logits + r * args.columns;
      args.logsumexp[r] = RowLogSumExp(row, args.columns);
      args.losses[r] = args.logsumexp[r] - static_cast<float>(row[args.targets[r]]);
    }
  });
}

template <typename T>
void BackwardAs(const CrossEntropyBackwardArgs& args) {
  const T* logits = static_cast<const T*>(args.logits);
  T* dlogits = static_cast<T*>(args.dlogits);
  const float scale = *args.dout / static_cast<float>(args.rows);
  ParallelFor(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const T* row = logits + r * args.columns;
      T* drow = dlogits + r * args.columns;
      const float logsumexp = args.logsumexp[r];
      for (int64_t c = 0; c < args.columns; ++c) {
        drow[c] = static_cast<T>(ExpF(static_cast<float>(row[c]) - logsumexp) * scale);
      }
      const int32_t target = args.targets[r];
      const float p = ExpF(static_cast<float>(row[target]) - logsumexp);
      drow[target] = static_cast<T>((p - 1.0f) * scale);
    }
  });
}

}  // namespace

void TokenLoss(const TokenLossArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, TokenLossAs<T>(args));
}

void Mean(const MeanArgs& args) {
  const double sum = OrderedSum(args.count, kMeanGrain, [&](int64_t begin, int64_t end) {
    return RowSum(args.x + begin, end - begin);
  });
  *args.mean = static_cast<float>(sum / static_cast<double>(args.count));
}

void CrossEntropyBackward(const CrossEntropyBackwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cpu
