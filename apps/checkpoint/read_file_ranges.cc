#include "apps/checkpoint/read_file_ranges.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "glog/logging.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/status.h"
#include "runtime/files/checksum.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr int64_t kChunkBytes = 1 << 23;  // read by one thread
constexpr int64_t kReadBytes = 1 << 18;   // at once: still in the cache for the checksum

class RangeReader {
 public:
  RangeReader(const std::string& path, int fd, std::vector<FileRange> ranges, bool with_checksum)
      : path_(path), fd_(fd), ranges_(std::move(ranges)), with_checksum_(with_checksum) {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const FileRange& a, const FileRange& b) { return a.offset < b.offset; });
    for (size_t i = 1; i < ranges_.size(); ++i) {
      CHECK_LE(ranges_[i - 1].offset + ranges_[i - 1].bytes, ranges_[i].offset) << path;
    }
  }

  // Reads what is wanted of [begin, end); with_checksum: all of it, into *crc32c too.
  absl::Status ReadChunk(int64_t begin, int64_t end, uint32_t* crc32c,
                         FunctionRef<void(int64_t bytes)> progress) const {
    std::unique_ptr<char[]> gap;
    auto range = std::upper_bound(
        ranges_.begin(), ranges_.end(), begin,
        [](int64_t offset, const FileRange& r) { return offset < r.offset + r.bytes; });
    int64_t copied = 0;
    for (int64_t offset = begin; offset < end;) {
      while (range != ranges_.end() && range->offset + range->bytes <= offset) ++range;
      const bool wanted = range != ranges_.end() && range->offset <= offset;
      const int64_t stop = range == ranges_.end() ? end
                           : wanted               ? range->offset + range->bytes
                                                  : range->offset;
      const int64_t bytes = std::min({stop, end, offset + kReadBytes}) - offset;
      if (wanted || with_checksum_) {
        if (!wanted && gap == nullptr) gap.reset(new char[kReadBytes]);
        char* to = wanted ? range->to + (offset - range->offset) : gap.get();
        MNEME_RETURN_IF_ERROR(ReadAll(offset, bytes, to));
        if (with_checksum_) *crc32c = ExtendCrc32c(*crc32c, to, bytes);
        if (wanted) copied += bytes;
      }
      offset += bytes;
    }
    if (copied > 0) progress(copied);
    return absl::OkStatus();
  }

 private:
  absl::Status ReadAll(int64_t offset, int64_t bytes, char* to) const {
    for (int64_t done = 0; done < bytes;) {
      const ssize_t got = pread(fd_, to + done, bytes - done, offset + done);
      if (got > 0) {
        done += got;
      } else if (got == 0) {
        return absl::DataLossError(absl::StrCat("'", path_, "' became shorter while it was read"));
      } else if (errno != EINTR) {
        return absl::ErrnoToStatus(errno, absl::StrCat("cannot read '", path_, "'"));
      }
    }
    return absl::OkStatus();
  }

  const std::string& path_;
  const int fd_;
  std::vector<FileRange> ranges_;  // by offset
  const bool with_checksum_;
};

}  // namespace

absl::Status ReadFileRanges(const std::string& path, int64_t file_bytes,
                            std::vector<FileRange> ranges, std::optional<uint32_t> crc32c,
                            FunctionRef<void(int64_t bytes)> progress) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open '", path, "'"));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });

  const RangeReader reader(path, fd, std::move(ranges), crc32c.has_value());
  const int64_t num_chunks = CeilDiv(file_bytes, kChunkBytes);
  std::vector<absl::Status> statuses(num_chunks);
  std::vector<uint32_t> crcs(num_chunks);
  ParallelFor(file_bytes, kChunkBytes, [&](int64_t begin, int64_t end) {
    const int64_t chunk = begin / kChunkBytes;
    statuses[chunk] = reader.ReadChunk(begin, end, &crcs[chunk], progress);
  });
  for (const absl::Status& status : statuses) MNEME_RETURN_IF_ERROR(status);
  if (!crc32c) return absl::OkStatus();
  uint32_t found = 0;
  for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    const int64_t begin = chunk * kChunkBytes;
    found = CombineCrc32c(found, crcs[chunk], std::min(kChunkBytes, file_bytes - begin));
  }
  return found == *crc32c ? absl::OkStatus() : ChecksumError(path, *crc32c, found);
}

absl::Status ChecksumError(const std::string& path, uint32_t expected, uint32_t found) {
  return absl::DataLossError(absl::StrFormat("'%s' is damaged: expected checksum %08x, found %08x",
                                             path, expected, found));
}

}  // namespace mneme
