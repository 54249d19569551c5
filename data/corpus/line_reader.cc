#include "data/corpus/line_reader.h"

#include <algorithm>
#include <cstring>

#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kFirstBufferBytes = 1 << 20;

// The longest prefix of `text` that does not end inside a character; all of it if it is no
// UTF-8 anyway.
int64_t WholeCharacters(absl::string_view text) {
  const int64_t size = text.size();
  for (int64_t back = 1; back <= std::min<int64_t>(4, size); ++back) {
    const auto byte = static_cast<uint8_t>(text[size - back]);
    if ((byte & 0xC0) == 0x80) continue;  // inside a character: look for its first byte
    const int64_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return length > back && back < size ? size - back : size;
  }
  return size;
}

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> bytes, int64_t offset, int64_t max_line_bytes,
                       LongLines long_lines)
    : bytes_(std::move(bytes)),
      max_line_bytes_(max_line_bytes),
      long_lines_(long_lines),
      buffer_(kFirstBufferBytes + kPaddingBytes),
      offset_(offset) {}

absl::StatusOr<bool> LineReader::Fill() {
  const int64_t unread = end_ - begin_;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, unread);
    begin_ = 0;
    end_ = unread;
  }
  const int64_t capacity = buffer_.size() - kPaddingBytes;
  if (end_ == capacity) buffer_.resize(2 * capacity + kPaddingBytes);
  const int64_t room = buffer_.size() - kPaddingBytes - end_;
  MNEME_ASSIGN_OR_RETURN(const int64_t got,
                         bytes_->Read(absl::MakeSpan(buffer_.data() + end_, room)));
  end_ += got;
  return got > 0;
}

void LineReader::Take(int64_t text_bytes, bool newline, Line* line) {
  line->text = absl::string_view(buffer_.data() + begin_, text_bytes);
  line->newline = newline;
  begin_ += text_bytes + newline;
  offset_ += text_bytes + newline;
  line->end_offset = offset_;
}

absl::Status LineReader::SkipToNewline(Line* line) {
  line->too_long = true;
  while (true) {
    const char* start = buffer_.data() + begin_;
    const void* newline = std::memchr(start, '\n', end_ - begin_);
    const int64_t passed =
        newline != nullptr ? static_cast<const char*>(newline) - start : end_ - begin_;
    begin_ += passed;
    offset_ += passed;
    if (newline != nullptr) {
      Take(0, true, line);
      return absl::OkStatus();
    }
    MNEME_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) {
      Take(0, false, line);
      return absl::OkStatus();
    }
  }
}

absl::StatusOr<bool> LineReader::Next(Line* line) {
  line->too_long = false;
  int64_t searched = 0;  // bytes from begin_ known to hold no newline
  while (true) {
    const char* start = buffer_.data() + begin_;
    const void* newline = std::memchr(start + searched, '\n', end_ - begin_ - searched);
    searched = newline != nullptr ? static_cast<const char*>(newline) - start : end_ - begin_;
    if (searched > max_line_bytes_) {
      if (long_lines_ == LongLines::kSkip) {
        MNEME_RETURN_IF_ERROR(SkipToNewline(line));
      } else {
        Take(WholeCharacters(absl::string_view(start, max_line_bytes_)), false, line);
      }
      return true;
    }
    if (newline != nullptr) {
      Take(searched, true, line);
      return true;
    }
    MNEME_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) {
      if (begin_ == end_) return false;
      Take(end_ - begin_, false, line);
      return true;
    }
  }
}

}  // namespace mneme
