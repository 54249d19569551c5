// Reading safetensors files. The file is mapped: opening reads the header only, and a tensor's
// pages come from the disk when they are touched.

#ifndef MNEME_RUNTIME_FILES_SAFETENSORS_READER_H_
#define MNEME_RUNTIME_FILES_SAFETENSORS_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/dtype.h"
#include "runtime/files/mapped_file.h"
#include "runtime/files/safetensors_header.h"

namespace mneme {

class SafetensorsReader {
 public:
  struct View {
    DType dtype;
    absl::InlinedVector<int64_t, 4> shape;
    // Row-major, in the mapped file. The format promises no alignment, so copy the elements out
    // (memcpy) before computing with them.
    const void* data;
    int64_t bytes;
  };

  // Errors name the file and, where one is at fault, the tensor: a file that is missing,
  // truncated or no safetensors file; an unknown dtype; a name that comes twice; a shape that
  // does not fit its offsets; tensors that overlap or leave gaps.
  static absl::StatusOr<SafetensorsReader> Open(const std::string& path);

  const std::string& path() const { return path_; }
  // In the order in which the tensors lie in the file.
  const std::vector<std::string>& names() const { return names_; }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  bool Contains(absl::string_view name) const { return index_.contains(name); }

  // Name, dtype and shape of every tensor, those included that Find refuses.
  const std::vector<SafetensorsEntry>& entries() const { return header_.entries; }

  // The view is valid as long as file() is held by anyone. Errors: no such tensor; a dtype that
  // DType does not have, such as F64 or U8.
  absl::StatusOr<View> Find(absl::string_view name) const;

  const std::shared_ptr<const MappedFile>& file() const { return file_; }

 private:
  SafetensorsReader(std::string path, std::shared_ptr<const MappedFile> file,
                    SafetensorsHeader header);

  std::string path_;
  std::shared_ptr<const MappedFile> file_;
  SafetensorsHeader header_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, int64_t> index_;  // name -> place in header_.entries
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_SAFETENSORS_READER_H_
