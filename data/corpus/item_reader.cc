#include "data/corpus/item_reader.h"

#include "data/corpus/byte_source.h"
#include "data/corpus/corpus_files.h"
#include "data/corpus/jsonl_items.h"
#include "data/corpus/text_pieces.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<ItemReader>> OpenItemReader(const std::string& path,
                                                           int64_t offset) {
  MNEME_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> bytes, OpenByteSource(path, offset));
  std::unique_ptr<ItemReader> reader;
  if (IsTextFile(path)) {
    reader = std::make_unique<TextPieces>(std::move(bytes), offset);
  } else {
    reader = std::make_unique<JsonlItems>(std::move(bytes), offset);
  }
  return reader;
}

}  // namespace mneme
