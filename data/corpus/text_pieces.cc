#include "data/corpus/text_pieces.h"

#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

bool IsBlank(absl::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == absl::string_view::npos;
}

}  // namespace

TextPieces::TextPieces(std::unique_ptr<ByteSource> bytes, int64_t offset)
    : lines_(std::move(bytes), offset, kMaxPieceBytes, LongLines::kSplit),
      at_start_of_file_(offset == 0) {}

absl::StatusOr<bool> TextPieces::Next(bool wanted, Item* item) {
  *item = Item();
  piece_.clear();
  int64_t piece_bytes = 0;
  bool starts_line = true;  // false behind a part of a long line
  while (piece_bytes < kMaxPieceBytes) {
    Line line;
    MNEME_ASSIGN_OR_RETURN(const bool more, lines_.Next(&line));
    if (!more) break;
    piece_bytes += line.text.size() + line.newline;
    item->end_offset = line.end_offset;
    if (at_start_of_file_) line.text = WithoutByteOrderMark(line.text);
    at_start_of_file_ = false;
    if (wanted) {
      item->lines_read += starts_line;
      if (IsValidUtf8(line.text)) {
        piece_.append(line.text.data(), line.text.size());
        if (line.newline) piece_.push_back('\n');
      } else {
        item->AddBadLine(LineFault::kInvalidUtf8);
      }
    }
    item->newlines += line.newline;
    const bool paragraph_end = line.newline && starts_line && IsBlank(line.text);
    starts_line = line.newline;
    if (paragraph_end && piece_bytes >= kMinPieceBytes) break;
  }
  if (!IsBlank(piece_)) item->text = piece_;
  return piece_bytes > 0;
}

}  // namespace mneme
