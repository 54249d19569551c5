#include "memory_layer/usage/pick_usage.h"

#include <bit>
#include <cmath>

#include "memory_layer/usage/pick_usage_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

static_assert(sizeof(PickCounters) == 3 * sizeof(int64_t));

PickCounters ReadCounters(const Tensor& counters) {
  PickCounters values;
  counters.CopyToHost(&values);
  return values;
}

}  // namespace

PickUsage::PickUsage(int64_t n_rows, Device device)
    : n_rows_(n_rows),
      touched_bits_(Tensor::Zeros({(n_rows + 63) / 64}, DType::kI64, device)),
      counters_(Tensor::Zeros({3}, DType::kI64, device)) {}

void PickUsage::Add(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows_);
  const int64_t picks = plan.rows().numel();
  ++lookups_;
  if (picks == 0) return;
  const SortedPicks& sorted = plan.sorted();
  MNEME_DISPATCH(touched_bits_.device(), CountPicks,
                 CountPicksArgs{.picks = picks,
                                .max_unique = sorted.max_unique,
                                .unique_count = sorted.unique_count.data<int64_t>(),
                                .unique_rows = sorted.unique_rows.data<int64_t>(),
                                .offsets = sorted.offsets.data<int64_t>(),
                                .touched_bits = static_cast<uint64_t*>(touched_bits_.raw()),
                                .counters = static_cast<PickCounters*>(counters_.raw())});
  picks_ += static_cast<double>(picks);
  log_picks_ += std::log(static_cast<double>(picks));
}

int64_t PickUsage::rows_touched() const { return ReadCounters(counters_).rows_touched; }

double PickUsage::share_touched() const {
  return static_cast<double>(rows_touched()) / static_cast<double>(n_rows_);
}

PickUsage::Summary PickUsage::TakeSummary() {
  if (lookups_ == 0) return {};
  const PickCounters counters = ReadCounters(counters_);
  const double lookups = static_cast<double>(lookups_);
  const double same_picks_nats = static_cast<double>(counters.same_picks_units) * kNatsPerUnit;
  const Summary summary = {.lookups = lookups_,
                           .unique_rows = static_cast<double>(counters.unique_rows) / lookups,
                           .picks = picks_ / lookups,
                           .entropy_nats = (log_picks_ - same_picks_nats) / lookups};
  const PickCounters kept = {.rows_touched = counters.rows_touched};
  counters_.CopyFromHost(&kept);
  lookups_ = 0;
  picks_ = log_picks_ = 0.0;
  return summary;
}

void PickUsage::FinishRestore() {
  PickCounters counters = ReadCounters(counters_);
  counters.rows_touched = 0;
  for (int64_t word : touched_bits_.ToVector<int64_t>()) {
    counters.rows_touched += std::popcount(static_cast<uint64_t>(word));
  }
  counters_.CopyFromHost(&counters);
}

}  // namespace mneme
