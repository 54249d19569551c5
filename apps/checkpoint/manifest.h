// manifest.json: what a checkpoint consists of. It is written last, so a folder that has one is
// whole; what happened to its files since shows in their sizes and checksums.

#ifndef MNEME_APPS_CHECKPOINT_MANIFEST_H_
#define MNEME_APPS_CHECKPOINT_MANIFEST_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// What a file of tensors is for; kNone is for other files.
enum class Holds { kNone, kModel, kOptimizer };

struct ManifestFile {
  std::string name;  // in the checkpoint's folder
  Holds holds = Holds::kNone;
  int64_t bytes = 0;
  uint32_t crc32c = 0;
};

struct Manifest {
  int64_t step = 0;
  std::vector<ManifestFile> files;  // all but the manifest
  // Tensors cut into several files: for each the files that hold its consecutive rows, in order,
  // under the tensor's own name.
  std::map<std::string, std::vector<std::string>> split;
};

// JSON that ends with a checksum of itself.
std::string ManifestToJson(const Manifest& manifest);

// The inverse. Errors, whose text follows "'PATH' ": no manifest, a damaged one, or one in a
// format later than this program's.
absl::StatusOr<Manifest> ManifestFromJson(absl::string_view json);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_MANIFEST_H_
