#include "data/corpus/mixture.h"

#include <glog/logging.h>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

Mixture::Mixture(std::vector<WeightedSource> sources, uint64_t seed, int64_t rank)
    : sources_(std::move(sources)),
      key_(MakePhiloxKey(seed, HashName("data.mixture"), rank)),
      ended_(sources_.size(), false),
      open_weight_(0.0) {
  CHECK(!sources_.empty());
  for (const WeightedSource& source : sources_) {
    CHECK(source.weight > 0.0) << source.name;
    open_weight_ += source.weight;
  }
  cursor_before_ = sources_[0].source->cursor();
}

int64_t Mixture::Draw() {
  const double uniform = ElementBits(key_, draws_++) * 0x1p-32;  // in [0, 1)
  double below = uniform * open_weight_;
  int64_t chosen = -1;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (ended_[i]) continue;
    chosen = i;
    below -= sources_[i].weight;
    if (below < 0.0) break;
  }
  return chosen;  // the last one open, should rounding leave `below` at 0
}

absl::StatusOr<MixedDocument> Mixture::Next() {
  draws_before_ = draws_;
  while (true) {
    const int64_t chosen = Draw();
    if (chosen < 0) return absl::OutOfRangeError("end of the documents");
    DocumentSource& source = *sources_[chosen].source;
    last_source_ = chosen;
    cursor_before_ = source.cursor();
    const absl::StatusOr<absl::string_view> text = source.Next();
    if (text.ok()) return MixedDocument{*text, chosen};
    if (!absl::IsOutOfRange(text.status())) return text.status();
    ended_[chosen] = true;
    open_weight_ = 0.0;
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (!ended_[i]) open_weight_ += sources_[i].weight;
    }
  }
}

MixtureCursor Mixture::cursor() const {
  MixtureCursor cursor;
  cursor.draws = draws_;
  for (const WeightedSource& source : sources_) cursor.sources.push_back(source.source->cursor());
  return cursor;
}

MixtureCursor Mixture::cursor_before_last() const {
  MixtureCursor cursor = this->cursor();
  cursor.draws = draws_before_;
  cursor.sources[last_source_] = cursor_before_;
  return cursor;
}

absl::Status Mixture::Seek(const MixtureCursor& cursor) {
  if (cursor.sources.size() != sources_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a position in ", cursor.sources.size(), " data sources, but there are ", sources_.size()));
  }
  for (size_t i = 0; i < sources_.size(); ++i) {
    MNEME_RETURN_IF_ERROR(sources_[i].source->Seek(cursor.sources[i]));
  }
  draws_ = cursor.draws;
  draws_before_ = draws_;
  last_source_ = 0;
  cursor_before_ = sources_[0].source->cursor();
  ended_.assign(sources_.size(), false);
  open_weight_ = 0.0;
  for (const WeightedSource& source : sources_) open_weight_ += source.weight;
  return absl::OkStatus();
}

}  // namespace mneme
