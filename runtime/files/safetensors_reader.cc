#include "runtime/files/safetensors_reader.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<SafetensorsReader> SafetensorsReader::Open(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(MappedFile mapped, MappedFile::Open(path));
  auto file = std::make_shared<const MappedFile>(std::move(mapped));
  MNEME_ASSIGN_OR_RETURN(SafetensorsHeader header, ParseSafetensorsHeader(path, file->contents()));
  return SafetensorsReader(path, std::move(file), std::move(header));
}

SafetensorsReader::SafetensorsReader(std::string path, std::shared_ptr<const MappedFile> file,
                                     SafetensorsHeader header)
    : path_(std::move(path)), file_(std::move(file)), header_(std::move(header)) {
  for (const SafetensorsEntry& entry : header_.entries) {
    index_[entry.name] = static_cast<int64_t>(names_.size());
    names_.push_back(entry.name);
  }
}

absl::StatusOr<SafetensorsReader::View> SafetensorsReader::Find(absl::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    return absl::NotFoundError(absl::StrCat("'", path_, "' has no tensor '", name, "' among its ",
                                            header_.entries.size()));
  }
  const SafetensorsEntry& entry = header_.entries[found->second];
  const std::optional<DType> dtype = SafetensorsDType(entry.dtype);
  if (!dtype) {
    return absl::UnimplementedError(absl::StrCat("'", path_, "': tensor '", name, "' has dtype ",
                                                 entry.dtype,
                                                 "; supported are F32, BF16, F16, I32 and I64"));
  }
  return View{*dtype, entry.shape, file_->data() + header_.data_offset_bytes + entry.begin_bytes,
              entry.end_bytes - entry.begin_bytes};
}

}  // namespace mneme
