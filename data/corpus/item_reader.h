// A corpus file item by item: a line of jsonl, a piece of plain text.

#ifndef MNEME_DATA_CORPUS_ITEM_READER_H_
#define MNEME_DATA_CORPUS_ITEM_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/corpus/line_fault.h"

namespace mneme {

struct Item {
  absl::string_view text;      // empty when there is nothing to use; valid until the next call
  int64_t end_offset = 0;      // of the byte behind the item
  int64_t newlines = 0;        // in the item
  int64_t lines_read = 0;      // looked at (blank lines of jsonl are not)
  int64_t lines_bad = 0;       // of those, not usable
  int64_t first_bad_line = 0;  // newlines before it in the item
  LineFault first_bad_fault = LineFault::kNone;

  void AddBadLine(LineFault fault) {
    if (lines_bad++ > 0) return;
    first_bad_line = newlines;
    first_bad_fault = fault;
  }
};

class ItemReader {
 public:
  virtual ~ItemReader() = default;

  // The next item; false at the end of the file. Unless `wanted` it is passed over without a
  // look inside: no text, no lines read.
  virtual absl::StatusOr<bool> Next(bool wanted, Item* item) = 0;
};

// A reader of the file at `path` whose next item begins at byte `offset`.
// .jsonl: an item is a line. .txt: see text_pieces.h. Errors: those of OpenByteSource.
absl::StatusOr<std::unique_ptr<ItemReader>> OpenItemReader(const std::string& path, int64_t offset);

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_ITEM_READER_H_
