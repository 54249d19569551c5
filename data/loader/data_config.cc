#include "data/loader/data_config.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kMaxWindowTokens = int64_t{1} << 32;  // 16 GiB

absl::Status CheckAtLeastOne(const char* key, int64_t value) {
  if (value >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("data.", key, " is ", value, "; expected at least 1"));
}

}  // namespace

absl::Status CheckDataConfig(const DataConfig& config) {
  MNEME_RETURN_IF_ERROR(CheckAtLeastOne("batch_size", config.batch_size));
  MNEME_RETURN_IF_ERROR(CheckAtLeastOne("seq_len", config.seq_len));
  MNEME_RETURN_IF_ERROR(CheckAtLeastOne("n_views", config.n_views));
  MNEME_RETURN_IF_ERROR(CheckAtLeastOne("prefetch_size", config.prefetch_size));
  const int64_t sequence_tokens = config.seq_len + config.n_views - 1;
  if (config.prefetch_size > kMaxWindowTokens / config.batch_size / sequence_tokens) {
    return absl::InvalidArgumentError(
        absl::StrCat("data.prefetch_size ", config.prefetch_size, " times data.batch_size ",
                     config.batch_size, " are too many sequences of ", sequence_tokens,
                     " tokens for a shuffle window, which is kept in memory; expected at most ",
                     kMaxWindowTokens, " tokens, so lower data.prefetch_size"));
  }
  if (config.sources.empty()) {
    return absl::InvalidArgumentError(
        "data.sources is empty; expected at least one 'name: weight', such as 'wordnet: 1.0'");
  }
  for (const auto& [name, weight] : config.sources) {
    if (!std::isfinite(weight) || !(weight > 0.0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("data.sources.", name, " has the weight ", weight,
                       "; expected a number above 0 (leave a source out to not read it)"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDataRank(const DataRank& rank) {
  if (rank.world >= 1 && rank.rank >= 0 && rank.rank < rank.world) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("data rank ", rank.rank, " of ", rank.world, "; expected 0 <= rank < world"));
}

}  // namespace mneme
