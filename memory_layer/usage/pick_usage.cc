#include "memory_layer/usage/pick_usage.h"

#include <bit>
#include <cmath>
#include <utility>
#include <vector>

namespace mneme {

PickUsage::PickUsage(int64_t n_rows)
    : n_rows_(n_rows),
      touched_bits_(Tensor::Zeros({(n_rows + 63) / 64}, DType::kI64, Device::Cpu())) {}

void PickUsage::Add(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows_);
  const SortedPicks& sorted = plan.sorted();
  const int64_t unique = sorted.unique_count.ToVector<int64_t>()[0];
  const std::vector<int64_t> rows = sorted.unique_rows.Slice(0, unique).ToVector<int64_t>();
  const std::vector<int64_t> offsets = sorted.offsets.Slice(0, unique + 1).ToVector<int64_t>();
  const double picks = static_cast<double>(plan.rows().numel());
  uint64_t* words = static_cast<uint64_t*>(touched_bits_.raw());
  double sum = 0.0;  // of count * log(count)
  for (int64_t u = 0; u < unique; ++u) {
    const uint64_t bit = uint64_t{1} << (rows[u] % 64);
    uint64_t& word = words[rows[u] / 64];
    rows_touched_ += (word & bit) == 0;
    word |= bit;
    const double count = static_cast<double>(offsets[u + 1] - offsets[u]);
    if (count > 1.0) sum += count * std::log(count);
  }
  ++sums_.lookups;
  sums_.unique_rows += static_cast<double>(unique);
  sums_.picks += picks;
  if (picks > 0.0) sums_.entropy_nats += std::log(picks) - sum / picks;
}

double PickUsage::share_touched() const {
  return static_cast<double>(rows_touched_) / static_cast<double>(n_rows_);
}

PickUsage::Summary PickUsage::TakeSummary() {
  Summary mean = std::exchange(sums_, Summary());
  if (mean.lookups == 0) return mean;
  const double lookups = static_cast<double>(mean.lookups);
  mean.unique_rows /= lookups;
  mean.picks /= lookups;
  mean.entropy_nats /= lookups;
  return mean;
}

void PickUsage::FinishRestore() {
  rows_touched_ = 0;
  const uint64_t* words = static_cast<const uint64_t*>(touched_bits_.raw());
  for (int64_t i = 0; i < touched_bits_.numel(); ++i) rows_touched_ += std::popcount(words[i]);
}

}  // namespace mneme
