// The first half of preparing a source: documents in any order to sorted runs.

#ifndef MNEME_APPS_PREPARE_DATA_SORT_INPUTS_H_
#define MNEME_APPS_PREPARE_DATA_SORT_INPUTS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "apps/prepare_data/prepare_state.h"
#include "apps/progress/screen.h"

namespace mneme {

// Reads the documents of state->settings.inputs from state->cursor on, draws a random key for each
// (a function of seed and number), and writes runs of `memory_bytes` to FOLDER/run.NNN, saving the
// state behind each. OK when all are sorted or a signal asks to stop (stop_signals.h); what is in
// memory then becomes a run too.
// Errors: those of FileSource, RunBuffer::WriteTo and SavePrepareState.
absl::Status SortInputs(const std::string& folder, int64_t memory_bytes, Screen* screen,
                        PrepareState* state);

std::string RunPath(const std::string& folder, int64_t run);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_SORT_INPUTS_H_
