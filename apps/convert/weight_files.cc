#include "apps/convert/weight_files.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// The files that model.safetensors.index.json names, each once.
absl::StatusOr<std::vector<std::string>> IndexedFiles(const std::string& folder,
                                                      const std::string& index) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(index));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto error = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("'", index, "' is no index: its \"weight_map\" does not map names to files"));
  };
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) {
    return error();
  }
  std::set<std::string> files;
  for (const auto& file : json["weight_map"]) {
    if (!file.is_string()) return error();
    files.insert(absl::StrCat(folder, "/", file.get<std::string>()));
  }
  return std::vector<std::string>(files.begin(), files.end());
}

absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  const std::string index = path + "/model.safetensors.index.json";
  if (std::filesystem::exists(index, error)) return IndexedFiles(path, index);
  const std::string single = path + "/model.safetensors";
  if (std::filesystem::exists(single, error)) return std::vector<std::string>{single};
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(path, ".safetensors"));
  if (!files.empty()) return files;
  return absl::NotFoundError(absl::StrCat(
      "'", path, "' has no .safetensors files; other formats must be saved as such first"));
}

}  // namespace

absl::StatusOr<WeightFiles> WeightFiles::Open(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(path));
  WeightFiles weights;
  weights.path_ = path;
  for (const std::string& file : files) {
    MNEME_ASSIGN_OR_RETURN(SafetensorsReader reader, SafetensorsReader::Open(file));
    for (const std::string& name : reader.names()) {
      if (!weights.file_of_.emplace(name, weights.readers_.size()).second) {
        return absl::InvalidArgumentError(absl::StrCat("tensor ", name, " is in '", file,
                                                       "' and in another file of '", path,
                                                       "'; remove one of the two"));
      }
      weights.names_.push_back(name);
    }
    weights.readers_.push_back(std::move(reader));
  }
  return weights;
}

absl::StatusOr<const SafetensorsReader*> WeightFiles::ReaderOf(const std::string& name) const {
  const auto found = file_of_.find(name);
  if (found != file_of_.end()) return &readers_[found->second];
  return absl::NotFoundError(absl::StrCat("'", path_, "' has no tensor ", name));
}

absl::StatusOr<Shape> WeightFiles::ShapeOf(const std::string& name) const {
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader* reader, ReaderOf(name));
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader::View view, reader->Find(name));
  return view.shape;
}

absl::StatusOr<RowSource> WeightFiles::Find(const std::string& name, const Shape& shape) const {
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader* reader, ReaderOf(name));
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader::View view, reader->Find(name));
  if (view.shape != shape || !IsFloat(view.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", reader->path(), "': tensor ", name, " is ", DTypeName(view.dtype), " ",
                     ShapeString(view.shape), "; expected f32, bf16 or f16 ", ShapeString(shape)));
  }
  return RowSource{view.dtype, shape, {{static_cast<const char*>(view.data), view.bytes}}};
}

}  // namespace mneme
