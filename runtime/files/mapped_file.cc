#include "runtime/files/mapped_file.h"

#include <sys/mman.h>

#include <utility>

#include "runtime/core/status.h"
#include "runtime/files/posix_io.h"

namespace mneme {

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const OpenedFile file, OpenRegularFile(path));
  if (file.bytes == 0) return MappedFile(nullptr, 0);  // mmap refuses an empty range
  void* data = mmap(nullptr, file.bytes, PROT_READ, MAP_SHARED, file.fd.get(), 0);
  if (data == MAP_FAILED) return FileError("map", path);
  return MappedFile(static_cast<const char*>(data), file.bytes);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), bytes_);
}

}  // namespace mneme
