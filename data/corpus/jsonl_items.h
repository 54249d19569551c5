// The documents of a jsonl file, one a line.

#ifndef MNEME_DATA_CORPUS_JSONL_ITEMS_H_
#define MNEME_DATA_CORPUS_JSONL_ITEMS_H_

#include <cstdint>
#include <memory>

#include "data/corpus/byte_source.h"
#include "data/corpus/item_reader.h"
#include "data/corpus/json_document.h"
#include "data/corpus/line_reader.h"

namespace mneme {

// An item is a line: a JSON object whose text is under "text" or "content". Blank lines are
// items without text.
class JsonlItems : public ItemReader {
 public:
  JsonlItems(std::unique_ptr<ByteSource> bytes, int64_t offset);

  absl::StatusOr<bool> Next(bool wanted, Item* item) override;

 private:
  LineReader lines_;
  JsonDocumentParser parser_;
  bool at_start_of_file_;
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_JSONL_ITEMS_H_
