// The sources that a configuration names.

#ifndef MNEME_DATA_LOADER_OPEN_SOURCES_H_
#define MNEME_DATA_LOADER_OPEN_SOURCES_H_

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"
#include "data/corpus/mixture.h"
#include "data/loader/data_config.h"

namespace mneme {

// The name of the corpus that needs no files of the user's.
constexpr char kWordNetSource[] = "wordnet";

// Opens every source under data.sources, in the order of their names. `repeat` as in
// SourceOptions. The seed is data.seed for Split::kTrain, and 0 otherwise. Errors: those of
// CheckDataConfig, CheckDataRank, FindCorpusFiles, FileSource::Open and LoadWordNet.
absl::StatusOr<Mixture> OpenSources(const DataConfig& config, const DataRank& rank, Split split,
                                    bool repeat);

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_OPEN_SOURCES_H_
