#include "apps/checkpoint/tensor_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/core/dtype.h"

namespace mneme {
namespace {

// Fills shards with tensors, one after the other.
class Sharder {
 public:
  explicit Sharder(int64_t shard_bytes) : shard_bytes_(shard_bytes) {}

  void Add(const SafetensorsItem& item) {
    const int64_t bytes = ItemBytes(item);
    if (item.data == nullptr || bytes == 0) {
      if (bytes > Room()) BeginShard();
      return AddPart(item, bytes);
    }
    const int64_t row_bytes = bytes / item.shape[0];
    for (int64_t row = 0; row < item.shape[0];) {
      if (row_bytes > Room()) BeginShard();
      SafetensorsItem part = item;
      part.shape[0] = std::clamp<int64_t>(Room() / row_bytes, 1, item.shape[0] - row);
      part.data = static_cast<const char*>(item.data) + row * row_bytes;
      row += part.shape[0];
      AddPart(part, part.shape[0] * row_bytes);
    }
  }

  std::vector<std::vector<SafetensorsItem>> Finish() && { return std::move(shards_); }

 private:
  int64_t Room() const { return shards_.empty() ? -1 : shard_bytes_ - filled_bytes_; }

  void BeginShard() {
    shards_.emplace_back();
    filled_bytes_ = 0;
  }

  void AddPart(const SafetensorsItem& part, int64_t bytes) {
    shards_.back().push_back(part);
    filled_bytes_ += bytes;
  }

  const int64_t shard_bytes_;
  std::vector<std::vector<SafetensorsItem>> shards_;
  int64_t filled_bytes_ = 0;  // of the last shard
};

}  // namespace

int64_t ItemBytes(const SafetensorsItem& item) {
  int64_t bytes = DTypeBytes(item.dtype);
  for (int64_t dimension : item.shape) bytes *= dimension;
  return bytes;
}

void AddTensorFiles(Holds holds, const std::vector<SafetensorsItem>& items, const ShardSizes& sizes,
                    TensorFiles* files) {
  std::vector<SafetensorsItem> small, large;
  int64_t large_bytes = 0;
  for (const SafetensorsItem& item : items) {
    const int64_t bytes = ItemBytes(item);
    const bool is_large = bytes >= sizes.large_tensor_bytes && !item.shape.empty();
    (is_large ? large : small).push_back(item);
    if (is_large) large_bytes += bytes;
  }
  const bool model = holds == Holds::kModel;
  if (!small.empty()) {
    const char* name = model ? "model.safetensors" : "optimizer.safetensors";
    files->files.push_back({name, holds, std::move(small)});
  }

  Sharder sharder(
      std::clamp(large_bytes / kParallelShards + 1, sizes.min_shard_bytes, sizes.max_shard_bytes));
  for (const SafetensorsItem& item : large) sharder.Add(item);
  const std::vector<std::vector<SafetensorsItem>> shards = std::move(sharder).Finish();
  std::map<std::string, std::vector<std::string>> places;  // tensor -> its files
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = absl::StrFormat(
        "%s-%05d-of-%05d.safetensors", model ? "values" : "optimizer-values", i + 1, shards.size());
    for (const SafetensorsItem& item : shards[i]) places[item.name].push_back(name);
    files->files.push_back({name, holds, shards[i]});
  }
  for (auto& [tensor, names] : places) {
    if (names.size() > 1) files->split[tensor] = std::move(names);
  }
}

}  // namespace mneme
