#include "apps/checkpoint/checkpoint.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/checkpoint/layout.h"
#include "apps/checkpoint/read_file_ranges.h"
#include "runtime/core/status.h"
#include "runtime/files/checksum.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// `error` about the file at `path`.
absl::Status About(const std::string& path, const absl::Status& error) {
  return absl::Status(error.code(), absl::StrCat("'", path, "' ", error.message()));
}

absl::StatusOr<Manifest> ReadManifest(const std::string& folder) {
  const std::string path = JoinPath(folder, kManifestFile);
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return absl::NotFoundError(absl::StrCat("there is no checkpoint '", folder, "'"));
  }
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("'", folder, "' is no whole mneme checkpoint: it has no ", kManifestFile));
  }
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<Manifest> manifest = ManifestFromJson(text);
  if (!manifest.ok()) return About(path, manifest.status());
  return manifest;
}

absl::Status CheckFile(const std::string& path, const ManifestFile& file, Verify verify) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return absl::DataLossError(absl::StrCat(
          "'", path, "' is gone, which ", kManifestFile,
          " of the same checkpoint names; bring it back, or choose another checkpoint"));
    }
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open '", path, "' of a checkpoint"));
  }
  if (info.st_size != file.bytes) {
    return absl::DataLossError(absl::StrFormat("'%s' %s: expected %d bytes, found %d", path,
                                               info.st_size < file.bytes ? "is truncated" : "grew",
                                               file.bytes, info.st_size));
  }
  if (verify == Verify::kSizes) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const uint32_t crc32c, FileCrc32c(path));
  return crc32c == file.crc32c ? absl::OkStatus() : ChecksumError(path, file.crc32c, crc32c);
}

}  // namespace

absl::StatusOr<Checkpoint> Checkpoint::Open(const std::string& path, Verify verify) {
  Checkpoint checkpoint;
  checkpoint.path_ = path;
  checkpoint.verified_ = verify == Verify::kChecksums;
  MNEME_ASSIGN_OR_RETURN(checkpoint.manifest_, ReadManifest(path));
  for (const ManifestFile& file : checkpoint.manifest_.files) {
    MNEME_RETURN_IF_ERROR(CheckFile(JoinPath(path, file.name), file, verify));
    if (file.holds != Holds::kNone) MNEME_RETURN_IF_ERROR(checkpoint.OpenTensorFile(file));
  }
  MNEME_RETURN_IF_ERROR(checkpoint.Read(kParamsFile, &checkpoint.params_));
  std::string state;
  MNEME_RETURN_IF_ERROR(checkpoint.Read(kStateFile, &state));
  absl::StatusOr<RunState> parsed = RunStateFromJson(state);
  if (!parsed.ok()) return About(JoinPath(path, kStateFile), parsed.status());
  checkpoint.state_ = *std::move(parsed);
  return checkpoint;
}

// A small file, always compared with its checksum.
absl::Status Checkpoint::Read(const std::string& name, std::string* contents) const {
  const std::string path = JoinPath(path_, name);
  const auto file = std::find_if(manifest_.files.begin(), manifest_.files.end(),
                                 [&](const ManifestFile& f) { return f.name == name; });
  if (file == manifest_.files.end()) {
    return absl::DataLossError(absl::StrCat("the manifest of '", path_, "' does not name ", name));
  }
  MNEME_ASSIGN_OR_RETURN(*contents, ReadFile(path));
  const uint32_t crc32c = ExtendCrc32c(0, contents->data(), static_cast<int64_t>(contents->size()));
  return crc32c == file->crc32c ? absl::OkStatus() : ChecksumError(path, file->crc32c, crc32c);
}

absl::Status Checkpoint::OpenTensorFile(const ManifestFile& file) {
  MNEME_ASSIGN_OR_RETURN(SafetensorsReader reader,
                         SafetensorsReader::Open(JoinPath(path_, file.name)));
  readers_.push_back(std::move(reader));
  reader_crcs_.push_back(file.crc32c);
  for (const std::string& name : readers_.back().names()) {
    MNEME_RETURN_IF_ERROR(AddTensor(readers_.back(), name, file.holds));
  }
  return absl::OkStatus();
}

absl::Status Checkpoint::AddTensor(const SafetensorsReader& reader, const std::string& name,
                                   Holds holds) {
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader::View view, reader.Find(name));
  const Place place = {static_cast<int64_t>(readers_.size()) - 1,
                       static_cast<const char*>(view.data), view.bytes};
  const auto [found, is_new] = by_name_.try_emplace(name, static_cast<int64_t>(tensors_.size()));
  if (is_new) {
    tensors_.push_back({name, holds, view.dtype, view.shape});
    places_.push_back({place});
    return absl::OkStatus();
  }
  CheckpointTensor& tensor = tensors_[found->second];
  const auto split = manifest_.split.find(name);
  const bool continues =
      split != manifest_.split.end() && !view.shape.empty() && view.dtype == tensor.dtype &&
      view.shape.size() == tensor.shape.size() &&
      std::equal(view.shape.begin() + 1, view.shape.end(), tensor.shape.begin() + 1);
  if (!continues) {
    return absl::DataLossError(absl::StrCat("'", reader.path(), "': tensor '", name,
                                            "' does not continue that of an earlier file"));
  }
  tensor.shape[0] += view.shape[0];
  places_[found->second].push_back(place);
  return absl::OkStatus();
}

const CheckpointTensor* Checkpoint::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tensors_[found->second];
}

absl::StatusOr<std::vector<Checkpoint::Piece>> Checkpoint::Pieces(absl::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return absl::NotFoundError(absl::StrCat("checkpoint '", path_, "' has no tensor '", name, "'"));
  }
  std::vector<Piece> pieces;
  for (const Place& place : places_[found->second]) pieces.push_back({place.data, place.bytes});
  return pieces;
}

}  // namespace mneme
