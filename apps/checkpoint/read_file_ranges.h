// Copying ranges of a file into memory. Private to the package.

#ifndef MNEME_APPS_CHECKPOINT_READ_FILE_RANGES_H_
#define MNEME_APPS_CHECKPOINT_READ_FILE_RANGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "runtime/parallel/function_ref.h"

namespace mneme {

struct FileRange {
  int64_t offset;  // in the file
  int64_t bytes;
  char* to;
};

// Reads `ranges`, which do not overlap, on all threads of the pool. With a checksum, all of the
// file is read, what lies between the ranges too, and compared with it. progress is called with
// the bytes of ranges that came in addition, from any thread.
//
// Errors: a file that cannot be read or has fewer than file_bytes; another checksum.
absl::Status ReadFileRanges(const std::string& path, int64_t file_bytes,
                            std::vector<FileRange> ranges, std::optional<uint32_t> crc32c,
                            FunctionRef<void(int64_t bytes)> progress);

// "'PATH' is damaged: ...".
absl::Status ChecksumError(const std::string& path, uint32_t expected, uint32_t found);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_READ_FILE_RANGES_H_
