// A file seen as memory, read only.

#ifndef MNEME_RUNTIME_FILES_MAPPED_FILE_H_
#define MNEME_RUNTIME_FILES_MAPPED_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// The pages of the file are read when they are touched. The file must not be made shorter in the
// meantime: touching what is gone kills the process (replacing the file by another is harmless).
class MappedFile {
 public:
  // Maps the whole file, which may be empty. Errors name the path and the reason.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  // [bytes()], page aligned; nullptr if the file is empty.
  const char* data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  absl::string_view contents() const {
    return absl::string_view(data_, static_cast<size_t>(bytes_));
  }

 private:
  MappedFile(const char* data, int64_t bytes) : data_(data), bytes_(bytes) {}

  const char* data_;
  int64_t bytes_;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_MAPPED_FILE_H_
