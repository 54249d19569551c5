// A file's bytes as a stream that starts anywhere.

#ifndef MNEME_DATA_CORPUS_BYTE_SOURCE_H_
#define MNEME_DATA_CORPUS_BYTE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to `buffer.size()` bytes; fewer only at the end of the file, 0 when it is reached.
  virtual absl::StatusOr<int64_t> Read(absl::Span<char> buffer) = 0;
};

// Opens the file at `path` so that the first byte read is number `offset`. Names that end in .gz
// and .zst are gzip's and Zstandard's; offsets count the bytes of the text, after decompression,
// which starts over to find one.
// Errors: NotFound or PermissionDenied when it cannot be opened, InvalidArgument for a folder,
// DataLoss when the text is shorter than `offset`.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path, int64_t offset);

// "a.jsonl" for "a.jsonl", "a.jsonl.gz" and "a.jsonl.zst".
absl::string_view WithoutCompression(absl::string_view path);

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_BYTE_SOURCE_H_
