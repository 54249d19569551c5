// One line of a jsonl corpus.

#ifndef MNEME_DATA_CORPUS_JSON_DOCUMENT_H_
#define MNEME_DATA_CORPUS_JSON_DOCUMENT_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "data/corpus/line_fault.h"

namespace mneme {

class JsonDocumentParser {
 public:
  JsonDocumentParser();
  ~JsonDocumentParser();

  // The string under "text", or where there is no such key under "content", of the JSON object
  // that `line` is. LineReader::kPaddingBytes bytes behind `line` must be readable.
  // `text` is valid until the next call. Anything but kNone leaves it empty.
  LineFault Parse(absl::string_view line, absl::string_view* text);

 private:
  struct Parser;  // keeps simdjson out of the headers
  std::unique_ptr<Parser> parser_;
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_JSON_DOCUMENT_H_
