#include "apps/prepare_data/sorted_run.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"

namespace mneme {

RunBuffer::RunBuffer(int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {
  records_.reserve(capacity_bytes);
}

void RunBuffer::Add(uint64_t key, uint64_t text_hash, absl::string_view line) {
  const RecordHeader header = {key, text_hash, static_cast<int64_t>(line.size())};
  entries_.push_back({key, static_cast<int64_t>(records_.size())});
  records_.append(reinterpret_cast<const char*>(&header), sizeof(header));
  records_.append(line.data(), line.size());
}

bool RunBuffer::full() const {
  // An eighth is left, so that a last document hardly ever makes `records_` grow, which would move
  // all of it. A vector that grows has twice its size.
  const int64_t used = records_.size() + 2 * entries_.size() * sizeof(Entry);
  return used >= capacity_bytes_ - capacity_bytes_ / 8;
}

absl::Status RunBuffer::WriteTo(const std::string& path) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.offset < b.offset;
  });
  MNEME_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  MNEME_RETURN_IF_ERROR(file->Reserve(records_.size()));
  for (const Entry& entry : entries_) {
    RecordHeader header;
    std::memcpy(&header, records_.data() + entry.offset, sizeof(header));
    MNEME_RETURN_IF_ERROR(
        file->Append(records_.data() + entry.offset, sizeof(header) + header.line_bytes));
  }
  records_.clear();
  entries_.clear();
  return file->Commit();
}

absl::StatusOr<std::unique_ptr<RunReader>> RunReader::Open(const std::string& path, int64_t offset,
                                                           int64_t buffer_bytes) {
  MNEME_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> bytes, OpenByteSource(path, offset));
  auto reader = absl::WrapUnique(new RunReader(path, std::move(bytes), offset, buffer_bytes));
  MNEME_RETURN_IF_ERROR(reader->ReadRecord());
  return reader;
}

RunReader::RunReader(const std::string& path, std::unique_ptr<ByteSource> bytes, int64_t offset,
                     int64_t buffer_bytes)
    : path_(path), bytes_(std::move(bytes)), buffer_(buffer_bytes), offset_(offset) {}

absl::Status RunReader::Next() {
  const int64_t record_bytes = sizeof(header_) + header_.line_bytes;
  begin_ += record_bytes;
  offset_ += record_bytes;
  return ReadRecord();
}

absl::Status RunReader::ReadRecord() {
  MNEME_ASSIGN_OR_RETURN(const bool has_header, Fill(sizeof(header_)));
  at_end_ = !has_header && begin_ == end_;
  if (at_end_) return absl::OkStatus();
  bool whole = has_header;
  if (whole) {
    std::memcpy(&header_, buffer_.data() + begin_, sizeof(header_));
    MNEME_ASSIGN_OR_RETURN(whole, Fill(sizeof(header_) + header_.line_bytes));
  }
  if (!whole) {
    return absl::DataLossError(
        absl::StrCat(path_, " ends inside the document at byte ", offset_, ": it was truncated"));
  }
  line_ = absl::string_view(buffer_.data() + begin_ + sizeof(header_), header_.line_bytes);
  return absl::OkStatus();
}

absl::StatusOr<bool> RunReader::Fill(int64_t bytes) {
  if (end_ - begin_ >= bytes) return true;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (static_cast<int64_t>(buffer_.size()) < bytes) buffer_.resize(bytes);
  MNEME_ASSIGN_OR_RETURN(const int64_t got, bytes_->Read(absl::MakeSpan(buffer_).subspan(end_)));
  end_ += got;
  return end_ >= bytes;
}

}  // namespace mneme
