// How far the preparation of a source has come: prepare.json in its folder. It stays there when
// all is done, and then says what the chunks were made from.

#ifndef MNEME_APPS_PREPARE_DATA_PREPARE_STATE_H_
#define MNEME_APPS_PREPARE_DATA_PREPARE_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"

namespace mneme {

// What the result depends on.
struct PrepareSettings {
  std::string source;
  int64_t seed = 0;
  int64_t chunk_mib = 0;
  int64_t validation_documents = 0;
  std::vector<SourceFile> inputs;
};

struct PrepareState {
  PrepareSettings settings;

  // Sorting into runs: run.000, run.001, ...
  SourceCursor cursor;     // behind the last document that is in a run
  int64_t line_bytes = 0;  // of all documents in runs, as lines of jsonl
  int64_t runs = 0;
  bool sorted = false;  // all documents are in runs

  // Merging them into chunks.
  std::vector<int64_t> run_offsets;  // [runs]: what is before them is in chunks
  int64_t chunks = 0;                // written
  int64_t merged_bytes = 0;          // of line_bytes
  int64_t held_out = 0;              // documents, so far
  bool complete = false;             // the validation file is written, too
};

absl::Status SavePrepareState(const std::string& folder, const PrepareState& state);

// Errors: NotFound without such a file; DataLoss when it cannot be read as one.
absl::StatusOr<PrepareState> LoadPrepareState(const std::string& folder);

// InvalidArgument, as a sentence that begins with `folder`, unless both are the same.
absl::Status CheckSameSettings(const std::string& folder, const PrepareSettings& saved,
                               const PrepareSettings& now);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_PREPARE_STATE_H_
