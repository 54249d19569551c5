// A file line by line, in memory bounded by the longest line allowed.

#ifndef MNEME_DATA_CORPUS_LINE_READER_H_
#define MNEME_DATA_CORPUS_LINE_READER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/corpus/byte_source.h"

namespace mneme {

// What becomes of a line longer than the limit.
enum class LongLines {
  kSkip,   // its bytes are passed over; the line comes back empty, with `too_long` set
  kSplit,  // it comes in parts, cut between UTF-8 characters; the last part has `newline` set
};

struct Line {
  absl::string_view text;  // without the newline; valid until the next call
  bool newline = false;    // ended by one: not so for a file's unfinished last line, or a part
  bool too_long = false;   // LongLines::kSkip only
  int64_t end_offset = 0;  // of the byte after it: where a reader would start for what follows
};

class LineReader {
 public:
  // Bytes after a line's text that may be read (not used), as simdjson wants them.
  static constexpr int64_t kPaddingBytes = 64;

  // `bytes` starts at byte `offset` of its file. max_line_bytes >= 8.
  LineReader(std::unique_ptr<ByteSource> bytes, int64_t offset, int64_t max_line_bytes,
             LongLines long_lines);

  // The next line; false at the end of the file.
  absl::StatusOr<bool> Next(Line* line);

 private:
  absl::StatusOr<bool> Fill();  // reads more behind end_; false at the end of the file
  void Take(int64_t text_bytes, bool newline, Line* line);
  absl::Status SkipToNewline(Line* line);

  std::unique_ptr<ByteSource> bytes_;
  const int64_t max_line_bytes_;
  const LongLines long_lines_;
  std::vector<char> buffer_;  // unread bytes are [begin_, end_); kPaddingBytes more at the end
  int64_t begin_ = 0;
  int64_t end_ = 0;
  int64_t offset_;  // of begin_, in the file
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_LINE_READER_H_
