// Where the parts of a checkpoint lie.
//
//   DUMP_DIR/checkpoints/0000001000/
//     model.safetensors                          tensors of the model, under their own names
//     values-00001-of-00002.safetensors ...      its large ones, cut by rows into shards
//     optimizer.safetensors                      NAME.exp_avg and NAME.exp_avg_sq
//     optimizer-values-00001-of-00004.safetensors ...   the large ones of these
//     state.json                                 RunState
//     params.json                                what the model is, as its program wrote it
//     manifest.json                              Manifest; a folder without is no checkpoint
//
// While it is written or removed, a checkpoint is DUMP_DIR/checkpoints/.0000001000.tmp.

#ifndef MNEME_APPS_CHECKPOINT_LAYOUT_H_
#define MNEME_APPS_CHECKPOINT_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

constexpr char kManifestFile[] = "manifest.json";
constexpr char kStateFile[] = "state.json";
constexpr char kParamsFile[] = "params.json";

std::string CheckpointsFolder(const std::string& dump_dir);  // DUMP_DIR/checkpoints

// "0000001000", and back; nullopt for any other name. Steps have at most ten digits.
std::string CheckpointName(int64_t step);
std::optional<int64_t> StepOfCheckpointName(absl::string_view name);

std::string TemporaryName(int64_t step);  // ".0000001000.tmp"
bool IsTemporaryName(absl::string_view name);

// DIRECTORY/NAME.
std::string JoinPath(const std::string& directory, absl::string_view name);

// The names in a directory, folders among them, sorted; none if there is no such directory.
// `error`, if given, becomes why one that is there, be it a link to nothing, cannot be listed.
std::vector<std::string> ListNames(const std::string& directory, std::error_code* error = nullptr);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_LAYOUT_H_
