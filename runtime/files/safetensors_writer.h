// Writing safetensors files: atomically, in one pass, without a copy of any tensor.

#ifndef MNEME_RUNTIME_FILES_SAFETENSORS_WRITER_H_
#define MNEME_RUNTIME_FILES_SAFETENSORS_WRITER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/core/dtype.h"
#include "runtime/parallel/function_ref.h"

namespace mneme {

// Takes the next bytes of a tensor; an error must be returned to the writer at once.
using SafetensorsSink = FunctionRef<absl::Status(const void* data, int64_t bytes)>;

struct SafetensorsItem {
  std::string name;
  DType dtype = DType::kF32;
  absl::InlinedVector<int64_t, 4> shape;
  // The whole tensor, row-major, on the CPU ...
  const void* data = nullptr;
  // ... or, if data is null, a function that gives it to the sink piece by piece: for what lies
  // on another device, in another dtype or scattered.
  std::function<absl::Status(SafetensorsSink sink)> produce;
};

struct SafetensorsWritten {
  int64_t bytes = 0;    // of the file
  uint32_t crc32c = 0;  // of the file, as FileCrc32c computes it
};

// Writes `items` in this order; the same items and metadata give the same bytes. What was at
// `path` stays until the new file is whole and on the disk (see AtomicFile).
//
// Errors: a name that comes twice, is no UTF-8 or is "__metadata__"; a negative dimension or more
// than 2^63 bytes; a produce that fails or gives more or less than its shape asks for; a full
// disk, found before anything is written where the file system can tell.
absl::StatusOr<SafetensorsWritten> WriteSafetensors(
    const std::string& path, const std::vector<SafetensorsItem>& items,
    const std::map<std::string, std::string>& metadata);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_SAFETENSORS_WRITER_H_
