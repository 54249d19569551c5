// The header of a safetensors file. Private to the package.
//
// A file is: the length of the header (8 bytes, little endian); the header, a JSON object
//   {"__metadata__": {"key": "value", ...},
//    "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...};
// then the data, where the offsets count from. The tensors, row-major and little endian, fill
// the data without gap or overlap.

#ifndef MNEME_RUNTIME_FILES_SAFETENSORS_HEADER_H_
#define MNEME_RUNTIME_FILES_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  // as the file says it: "F32", "BF16", "U8", ...
  absl::InlinedVector<int64_t, 4> shape;
  int64_t begin_bytes = 0;  // of the data, from data_offset_bytes
  int64_t end_bytes = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // by their place in the file
  std::map<std::string, std::string> metadata;
  int64_t data_offset_bytes = 0;  // from the beginning of the file
};

constexpr int64_t kSafetensorsLengthBytes = 8;
constexpr int64_t kSafetensorsMaxHeaderBytes = 100'000'000;  // as the format's own reader has it
constexpr char kSafetensorsMetadata[] = "__metadata__";

// "F32" for DType::kF32, and back; nullopt for what DType does not have.
const char* SafetensorsDTypeName(DType dtype);
std::optional<DType> SafetensorsDType(absl::string_view name);

// The number of bytes of a tensor; nullopt if it passes 2^63 - 1 or a dimension is negative.
std::optional<int64_t> TensorBytes(const absl::InlinedVector<int64_t, 4>& shape,
                                   int64_t element_bytes);

// `file`: the contents of a whole file; `path` goes into the errors. On success every entry lies
// inside the file and is as long as its shape and dtype ask for.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(const std::string& path,
                                                         absl::string_view file);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_SAFETENSORS_HEADER_H_
