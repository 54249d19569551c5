#include "data/corpus/jsonl_items.h"

#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {

JsonlItems::JsonlItems(std::unique_ptr<ByteSource> bytes, int64_t offset)
    : lines_(std::move(bytes), offset, kMaxLineBytes, LongLines::kSkip),
      at_start_of_file_(offset == 0) {}

absl::StatusOr<bool> JsonlItems::Next(bool wanted, Item* item) {
  *item = Item();
  Line line;
  MNEME_ASSIGN_OR_RETURN(const bool more, lines_.Next(&line));
  if (!more) return false;
  if (at_start_of_file_) line.text = WithoutByteOrderMark(line.text);
  at_start_of_file_ = false;

  const bool blank = line.text.find_first_not_of(" \t\r") == absl::string_view::npos;
  if (wanted && (line.too_long || !blank)) {
    item->lines_read = 1;
    const LineFault fault =
        line.too_long ? LineFault::kTooLong : parser_.Parse(line.text, &item->text);
    if (fault != LineFault::kNone) item->AddBadLine(fault);
  }
  item->newlines = line.newline;
  item->end_offset = line.end_offset;
  return true;
}

}  // namespace mneme
