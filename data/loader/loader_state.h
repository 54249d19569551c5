// Where a loader stands, and as JSON.

#ifndef MNEME_DATA_LOADER_LOADER_STATE_H_
#define MNEME_DATA_LOADER_LOADER_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/corpus/document_source.h"
#include "data/loader/shuffle_window.h"

namespace mneme {

struct SourceDescription {
  std::string name;
  double weight = 1.0;
  std::vector<SourceFile> files;  // paths relative to data.root_dir where they are below it
};

// What a position was taken in, and means nothing without.
struct DataDescription {
  int64_t seed = 0;
  int64_t seq_len = 0;
  int64_t n_views = 0;
  int64_t batch_size = 0;
  int64_t prefetch_size = 0;
  bool add_bos = false;
  bool add_eos = false;
  std::string tokenizer;
  int64_t vocab_size = 0;
  int64_t rank = 0;
  int64_t world = 1;
  std::vector<SourceDescription> sources;
};

struct LoaderState {
  DataDescription data;
  ShuffleCursor position;  // its sources are those of `data`, in order
};

// One line of JSON; a few hundred bytes and about a hundred more a file.
std::string LoaderStateToJson(const LoaderState& state);

// The inverse. Errors: InvalidArgument when the text is no such JSON.
absl::StatusOr<LoaderState> LoaderStateFromJson(absl::string_view json);

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_LOADER_STATE_H_
