#include "data/loader/open_sources.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/corpus/corpus_files.h"
#include "data/corpus/file_source.h"
#include "data/wordnet/wordnet_source.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::StatusOr<std::unique_ptr<DocumentSource>> OpenSource(const DataConfig& config,
                                                           const std::string& name,
                                                           const SourceOptions& options) {
  std::unique_ptr<DocumentSource> source;
  if (name == kWordNetSource) {
    MNEME_ASSIGN_OR_RETURN(source, WordNetSource::Open(config.wordnet_dir, options));
  } else {
    MNEME_ASSIGN_OR_RETURN(const CorpusFiles files, FindCorpusFiles(config.root_dir, name));
    MNEME_ASSIGN_OR_RETURN(source, FileSource::Open(name, files, options));
  }
  return source;
}

}  // namespace

absl::StatusOr<Mixture> OpenSources(const DataConfig& config, const DataRank& rank, Split split,
                                    bool repeat) {
  MNEME_RETURN_IF_ERROR(CheckDataConfig(config));
  MNEME_RETURN_IF_ERROR(CheckDataRank(rank));
  SourceOptions options;
  options.split = split;
  options.rank = rank.rank;
  options.world = rank.world;
  options.repeat = repeat;
  // Training alone depends on the seed: runs that differ in it are validated on the same batches.
  options.seed = split == Split::kTrain ? config.seed : 0;
  std::vector<WeightedSource> sources;
  for (const auto& [name, weight] : config.sources) {
    MNEME_ASSIGN_OR_RETURN(auto source, OpenSource(config, name, options));
    sources.push_back({name, weight, std::move(source)});
  }
  return Mixture(std::move(sources), options.seed, rank.rank);
}

}  // namespace mneme
