// Which tensor of a checkpoint goes into which file.

#ifndef MNEME_APPS_CHECKPOINT_TENSOR_FILES_H_
#define MNEME_APPS_CHECKPOINT_TENSOR_FILES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "apps/checkpoint/manifest.h"
#include "runtime/files/safetensors_writer.h"

namespace mneme {

// Tensors of large_tensor_bytes or more go into shards. A shard is as large as it must be for
// about kParallelShards of them, so that they can be written in parallel, but within these limits.
struct ShardSizes {
  int64_t large_tensor_bytes = int64_t{64} << 20;
  int64_t min_shard_bytes = int64_t{256} << 20;
  int64_t max_shard_bytes = int64_t{4} << 30;
};
constexpr int64_t kParallelShards = 8;

struct TensorFile {
  std::string name;
  Holds holds;
  std::vector<SafetensorsItem> items;  // whole tensors, or rows of them, in the order given
};

struct TensorFiles {
  std::vector<TensorFile> files;
  std::map<std::string, std::vector<std::string>> split;  // see Manifest
};

// Adds the files for the `items` of one kind, as layout.h names them; none for no items. A large
// tensor is cut wherever a shard is full, unless it is produced rather than in memory. Items are
// to be valid ones: see WriteSafetensors for what that is.
void AddTensorFiles(Holds holds, const std::vector<SafetensorsItem>& items, const ShardSizes& sizes,
                    TensorFiles* files);

// Of the whole tensor.
int64_t ItemBytes(const SafetensorsItem& item);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_TENSOR_FILES_H_
