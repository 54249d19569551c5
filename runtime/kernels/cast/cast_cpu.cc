#include "runtime/core/float16.h"
#include "runtime/kernels/cast/cast_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 15;  // elements

template <typename From, typename To>
void CastAs(const CastArgs& args) {
  const From* from = static_cast<const From*>(args.from);
  To* to = static_cast<To*>(args.to);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = static_cast<To>(static_cast<float>(from[i]));
  });
}

}  // namespace

void Cast(const CastArgs& args) {
  MNEME_FLOAT_SWITCH(args.from_dtype, From,
                     MNEME_FLOAT_SWITCH(args.to_dtype, To, CastAs<From, To>(args)));
}

}  // namespace mneme::cpu
