// Plain text files, cut into documents.

#ifndef MNEME_DATA_CORPUS_TEXT_PIECES_H_
#define MNEME_DATA_CORPUS_TEXT_PIECES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "data/corpus/byte_source.h"
#include "data/corpus/item_reader.h"
#include "data/corpus/line_reader.h"

namespace mneme {

// Plain text says nothing of where a document ends, and a model wants long passages. So an item
// is a run of whole paragraphs: it ends behind the first blank line (only white space) once it
// has kMinPieceBytes, or at the end of the file; without such a line, behind the first line, or
// part of a very long one, with which it has kMaxPieceBytes. Pieces keep every byte of the file
// but for lines of invalid UTF-8, which are left out.
class TextPieces : public ItemReader {
 public:
  static constexpr int64_t kMinPieceBytes = 4 << 10;
  static constexpr int64_t kMaxPieceBytes = 64 << 10;

  TextPieces(std::unique_ptr<ByteSource> bytes, int64_t offset);

  absl::StatusOr<bool> Next(bool wanted, Item* item) override;

 private:
  LineReader lines_;
  bool at_start_of_file_;
  std::string piece_;
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_TEXT_PIECES_H_
