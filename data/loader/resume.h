// From a saved position to one among the files of today.

#ifndef MNEME_DATA_LOADER_RESUME_H_
#define MNEME_DATA_LOADER_RESUME_H_

#include "absl/status/statusor.h"
#include "data/loader/loader_state.h"
#include "data/loader/shuffle_window.h"

namespace mneme {

// The position of `saved` in a loader described by `now`.
//
// Other batch and window sizes are fine, and warned of in the log: the window under way is
// finished with the sequences it has, the next ones are of the new size, and nothing is lost or
// repeated. So are more files, and longer or shorter ones, whose broken lines were mended, say;
// ShuffleWindow::Seek finds out whether the text at the position is what it was.
// Errors, each with what was saved and what is now: InvalidArgument when another setting differs;
// DataLoss when a file is missing.
absl::StatusOr<ShuffleCursor> ResumePosition(const LoaderState& saved, const DataDescription& now);

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_RESUME_H_
