// Writing a checkpoint, so that a kill or a full disk costs nothing but itself.

#ifndef MNEME_APPS_CHECKPOINT_WRITE_H_
#define MNEME_APPS_CHECKPOINT_WRITE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/checkpoint/retention.h"
#include "apps/checkpoint/run_state.h"
#include "apps/checkpoint/tensor_files.h"
#include "runtime/files/safetensors_writer.h"

namespace mneme {

// Borrows the tensors' memory, which must not change meanwhile. An item may be produced instead;
// that function may be called from any thread.
struct CheckpointContents {
  std::vector<SafetensorsItem> model;      // dense parameters and value tables
  std::vector<SafetensorsItem> optimizer;  // NAME.exp_avg and NAME.exp_avg_sq; may be empty
  RunState state;                          // state.step names the checkpoint
  std::string params;                      // the text of params.json
};

struct WriteOptions {
  Retention retention;
  // Called from any thread, one call at a time, as bytes of tensors go out.
  std::function<void(int64_t done_bytes, int64_t total_bytes)> progress;
  ShardSizes sizes;
};

struct WrittenCheckpoint {
  std::string path;  // DUMP_DIR/checkpoints/0000001000
  int64_t bytes = 0;
  // Not OK if the checkpoint is safe but old ones could not be removed.
  absl::Status removal;
};

// Writes to a temporary folder, several files at a time and each synced; then the manifest; then
// gives the folder its name, in place of a checkpoint of the same step if there is one; then
// removes expired ones. The caller holds the run's RunLock.
//
// Errors: a tensor's name that comes twice; a disk without room for it, found with the numbers
// before anything is written; all other write errors. What was written is then removed, and the
// checkpoints before stay.
absl::StatusOr<WrittenCheckpoint> WriteCheckpoint(const std::string& dump_dir,
                                                  const CheckpointContents& contents,
                                                  const WriteOptions& options);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_WRITE_H_
