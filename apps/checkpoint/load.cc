#include <map>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/checkpoint/read_file_ranges.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<const CheckpointTensor*> Checkpoint::FindFor(const LoadTarget& target) const {
  const CheckpointTensor* tensor = Find(target.name);
  if (tensor == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("checkpoint '", path_, "' has no tensor '", target.name, "'"));
  }
  if (tensor->shape != target.shape || tensor->dtype != target.dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("checkpoint '", path_, "': '", target.name, "' is ", DTypeName(tensor->dtype),
                     " ", ShapeString(tensor->shape), ", and ", DTypeName(target.dtype), " ",
                     ShapeString(target.shape), " is wanted"));
  }
  return tensor;
}

absl::Status Checkpoint::Load(absl::Span<const LoadTarget> targets,
                              const ByteProgress& progress) const {
  std::map<int64_t, std::vector<FileRange>> ranges;  // of each file
  int64_t total_bytes = 0;
  for (const LoadTarget& target : targets) {
    MNEME_ASSIGN_OR_RETURN(const CheckpointTensor* tensor, FindFor(target));
    char* to = static_cast<char*>(target.data);
    for (const Place& place : places_[tensor - tensors_.data()]) {
      const char* file_begin = readers_[place.file].file()->data();
      ranges[place.file].push_back({place.data - file_begin, place.bytes, to});
      to += place.bytes;
      total_bytes += place.bytes;
    }
  }
  std::mutex mutex;
  int64_t done_bytes = 0;
  const auto add = [&](int64_t bytes) {
    if (!progress) return;
    std::lock_guard<std::mutex> lock(mutex);
    progress(done_bytes += bytes, total_bytes);
  };
  for (auto& [file, file_ranges] : ranges) {
    const SafetensorsReader& reader = readers_[file];
    MNEME_RETURN_IF_ERROR(ReadFileRanges(
        reader.path(), reader.file()->bytes(), std::move(file_ranges),
        verified_ ? std::nullopt : std::optional<uint32_t>(reader_crcs_[file]), add));
  }
  return absl::OkStatus();
}

}  // namespace mneme
