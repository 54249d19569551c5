// The second half of preparing a source: sorted runs to chunks and a validation file.

#ifndef MNEME_APPS_PREPARE_DATA_MERGE_RUNS_H_
#define MNEME_APPS_PREPARE_DATA_MERGE_RUNS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "apps/prepare_data/prepare_state.h"
#include "apps/progress/screen.h"

namespace mneme {

// Merges the runs of a state that is sorted into FOLDER/SOURCE.chunk.NN.jsonl, of equal sizes of
// about chunk_mib, from state->chunks on, saving the state behind each; then
// FOLDER/SOURCE.val.jsonl. A run gives the disk back what is in chunks, so that the space needed is
// hardly more than the documents'. A document is held out if its text's hash is below a bound:
// copies of one are never on different sides. OK when the state is complete or a signal asks to
// stop; the chunk under way is then given up. Errors: those of RunReader, AtomicFile and
// SavePrepareState.
absl::Status MergeRuns(const std::string& folder, int64_t memory_bytes, Screen* screen,
                       PrepareState* state);

// Removes what only a state that is not complete needs.
void RemoveRuns(const std::string& folder, const PrepareState& state);

// How many chunks the documents of a state that is sorted make.
int64_t ChunkCount(const PrepareState& state);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_MERGE_RUNS_H_
