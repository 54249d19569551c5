// Reading a checkpoint.

#ifndef MNEME_APPS_CHECKPOINT_CHECKPOINT_H_
#define MNEME_APPS_CHECKPOINT_CHECKPOINT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "apps/checkpoint/manifest.h"
#include "apps/checkpoint/run_state.h"
#include "runtime/core/dtype.h"
#include "runtime/core/tensor.h"
#include "runtime/files/safetensors_reader.h"

namespace mneme {

// How much of a checkpoint is looked at before it is used: sizes find what was cut off,
// checksums, for which every byte is read, find what was changed.
enum class Verify { kSizes, kChecksums };

struct CheckpointTensor {
  std::string name;
  Holds holds;  // kModel or kOptimizer
  DType dtype;
  Shape shape;
};

// Told how far a long operation is.
using ByteProgress = std::function<void(int64_t done_bytes, int64_t total_bytes)>;

// Where a tensor is to be copied to: host memory for a whole tensor of this dtype and shape.
struct LoadTarget {
  std::string name;
  DType dtype;
  Shape shape;
  void* data;
};

class Checkpoint {
 public:
  // `path` is the folder that holds manifest.json. The files are mapped: tensors are read when
  // they are touched. Errors name the file and what is wrong with it: missing, of another size
  // than it was written with, of another checksum; or a folder that is no checkpoint.
  static absl::StatusOr<Checkpoint> Open(const std::string& path, Verify verify);

  const std::string& path() const { return path_; }
  int64_t step() const { return manifest_.step; }
  const RunState& state() const { return state_; }
  const std::string& params() const { return params_; }  // the text of params.json

  // In the order in which they were written.
  const std::vector<CheckpointTensor>& tensors() const { return tensors_; }
  const CheckpointTensor* Find(absl::string_view name) const;  // null if there is none

  // The bytes of a tensor, row-major, in one piece or, where it is cut into shards, in several.
  // Unaligned; valid as long as this object.
  struct Piece {
    const char* data;
    int64_t bytes;
  };
  absl::StatusOr<std::vector<Piece>> Pieces(absl::string_view name) const;

  // Copies tensors on all threads of the pool, straight from the files into the targets' memory.
  // Files that are read, and were not verified at Open, are checked against their checksums on
  // the way. progress, if given, is called from any thread, one call at a time.
  //
  // Errors: a target that is missing here or has another dtype or shape, before anything is
  // copied; a file that cannot be read or is damaged, after which the targets hold anything.
  absl::Status Load(absl::Span<const LoadTarget> targets,
                    const ByteProgress& progress = nullptr) const;

 private:
  // A part of a tensor in a file.
  struct Place {
    int64_t file;  // index in readers_
    const char* data;
    int64_t bytes;
  };

  Checkpoint() = default;
  absl::Status Read(const std::string& name, std::string* contents) const;
  absl::Status OpenTensorFile(const ManifestFile& file);
  absl::Status AddTensor(const SafetensorsReader& reader, const std::string& name, Holds holds);
  absl::StatusOr<const CheckpointTensor*> FindFor(const LoadTarget& target) const;

  std::string path_;
  bool verified_ = false;  // the checksums
  Manifest manifest_;
  RunState state_;
  std::string params_;
  std::vector<SafetensorsReader> readers_;
  std::vector<uint32_t> reader_crcs_;  // what the manifest says
  std::vector<CheckpointTensor> tensors_;
  std::vector<std::vector<Place>> places_;             // of each tensor
  absl::flat_hash_map<std::string, int64_t> by_name_;  // name -> index in tensors_
};

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_CHECKPOINT_H_
