#include "data/loader/loader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "data/loader/resume.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Enough batches in hand for a few steps to pass while the next shuffle window is packed.
constexpr int64_t kMaxBatchesAhead = 16;

// Relative to the root where it is below it, so that a data folder may move.
std::string PathBelow(const std::string& root_dir, const std::string& path) {
  const std::filesystem::path relative = std::filesystem::path(path).lexically_relative(root_dir);
  const bool below = !root_dir.empty() && !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : path;
}

DataDescription Describe(const DataConfig& config, const DataRank& rank, const Tokenizer& tokenizer,
                         const Mixture& documents) {
  DataDescription data;
  data.seed = config.seed;
  data.seq_len = config.seq_len;
  data.n_views = config.n_views;
  data.batch_size = config.batch_size;
  data.prefetch_size = config.prefetch_size;
  data.add_bos = config.add_bos;
  data.add_eos = config.add_eos;
  data.tokenizer = std::string(tokenizer.name());
  data.vocab_size = tokenizer.vocab_size();
  data.rank = rank.rank;
  data.world = rank.world;
  for (const WeightedSource& source : documents.sources()) {
    SourceDescription description = {source.name, source.weight, source.source->files()};
    for (SourceFile& file : description.files) {
      file.path = PathBelow(config.root_dir, file.path);
    }
    data.sources.push_back(std::move(description));
  }
  return data;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Loader>> Loader::Create(const DataConfig& config,
                                                       std::shared_ptr<const Tokenizer> tokenizer,
                                                       const DataRank& rank,
                                                       const LoaderState* resume) {
  MNEME_ASSIGN_OR_RETURN(std::unique_ptr<BatchMaker> maker,
                         BatchMaker::Create(config, rank, tokenizer));
  DataDescription description = Describe(config, rank, *tokenizer, maker->documents());
  if (resume != nullptr) {
    MNEME_ASSIGN_OR_RETURN(const ShuffleCursor position, ResumePosition(*resume, description));
    MNEME_RETURN_IF_ERROR(maker->Seek(position));
  }
  return std::unique_ptr<Loader>(
      new Loader(std::move(description), std::move(maker), config.load_async));
}

Loader::Loader(DataDescription description, std::unique_ptr<BatchMaker> maker, bool load_async)
    : description_(std::move(description)), position_(maker->cursor()), maker_(std::move(maker)) {
  for (const SourceDescription& source : description_.sources) {
    source_names_.push_back(source.name);
  }
  if (load_async) {
    prefetcher_ = std::make_unique<BatchPrefetcher>(
        maker_.get(), std::min(description_.prefetch_size, kMaxBatchesAhead));
  }
}

absl::StatusOr<Batch> Loader::Next() {
  if (prefetcher_ == nullptr) {
    MNEME_ASSIGN_OR_RETURN(Batch batch, maker_->Next());
    position_ = maker_->cursor();
    return batch;
  }
  MNEME_ASSIGN_OR_RETURN(MadeBatch made, prefetcher_->Next());
  position_ = std::move(made.cursor_after);
  return std::move(made.batch);
}

}  // namespace mneme
