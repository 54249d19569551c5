#include "data/corpus/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "data/corpus/decoder.h"
#include "data/corpus/decoder_source.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

class PlainFile : public ByteSource {
 public:
  PlainFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PlainFile() override { close(fd_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  absl::StatusOr<int64_t> Read(absl::Span<char> buffer) override {
    size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t got = read(fd_, buffer.data() + filled, buffer.size() - filled);
      if (got == 0) break;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path_));
      filled += got;
    }
    return filled;
  }

  absl::Status StartAt(int64_t offset) {
    struct stat info;
    if (fstat(fd_, &info) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot examine ", path_));
    }
    if (S_ISDIR(info.st_mode)) {
      return absl::InvalidArgumentError(absl::StrCat(path_, " is a folder; expected a file"));
    }
    if (offset > info.st_size) {
      return absl::DataLossError(absl::StrCat(path_, " has ", info.st_size,
                                              " bytes, but reading stopped at byte ", offset,
                                              ": it was truncated; restore the file"));
    }
    if (offset > 0 && lseek(fd_, offset, SEEK_SET) < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot seek in ", path_));
    }
    posix_fadvise(fd_, offset, 0, POSIX_FADV_SEQUENTIAL);
    return absl::OkStatus();
  }

 private:
  const int fd_;
  const std::string path_;
};

absl::StatusOr<std::unique_ptr<ByteSource>> OpenPlainFile(const std::string& path, int64_t offset) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  auto file = std::make_unique<PlainFile>(fd, path);
  MNEME_RETURN_IF_ERROR(file->StartAt(offset));
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path,
                                                           int64_t offset) {
  std::unique_ptr<Decoder> decoder;
  if (absl::EndsWith(path, ".gz")) decoder = MakeGzipDecoder();
  if (absl::EndsWith(path, ".zst")) decoder = MakeZstdDecoder();
  if (decoder == nullptr) return OpenPlainFile(path, offset);
  MNEME_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, OpenPlainFile(path, 0));
  auto text = std::make_unique<DecoderSource>(std::move(file), std::move(decoder), path);
  MNEME_RETURN_IF_ERROR(text->Skip(offset));
  return text;
}

absl::string_view WithoutCompression(absl::string_view path) {
  if (!absl::ConsumeSuffix(&path, ".gz")) absl::ConsumeSuffix(&path, ".zst");
  return path;
}

}  // namespace mneme
