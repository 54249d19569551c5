// The tensors of another program's model: one safetensors file, or several in a folder.

#ifndef MNEME_APPS_CONVERT_WEIGHT_FILES_H_
#define MNEME_APPS_CONVERT_WEIGHT_FILES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "apps/convert/row_source.h"
#include "runtime/core/tensor.h"
#include "runtime/files/safetensors_reader.h"

namespace mneme {

class WeightFiles {
 public:
  // A file; or of a folder the files that its model.safetensors.index.json names, else its
  // model.safetensors, else all that end so. Errors: no such file, a damaged one, and a tensor that
  // is there twice, naming it.
  static absl::StatusOr<WeightFiles> Open(const std::string& path);

  const std::string& path() const { return path_; }
  // Of all tensors, file by file.
  const std::vector<std::string>& names() const { return names_; }
  bool Contains(const std::string& name) const { return file_of_.contains(name); }

  absl::StatusOr<Shape> ShapeOf(const std::string& name) const;
  // A tensor, which must be f32, bf16 or f16 and of this shape. Valid as long as this object.
  absl::StatusOr<RowSource> Find(const std::string& name, const Shape& shape) const;

 private:
  absl::StatusOr<const SafetensorsReader*> ReaderOf(const std::string& name) const;

  std::string path_;
  std::vector<SafetensorsReader> readers_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, size_t> file_of_;  // index in readers_
};

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_WEIGHT_FILES_H_
