// A source's files and its position in JSON, with the members' names as keys:
//   nlohmann::json json = cursor;
//   auto cursor = json.get<SourceCursor>();
// The latter throws nlohmann::json::exception, for the caller to catch, when `json` is none.

#ifndef MNEME_DATA_CORPUS_SOURCE_JSON_H_
#define MNEME_DATA_CORPUS_SOURCE_JSON_H_

#include "data/corpus/document_source.h"
#include "nlohmann/json.hpp"

namespace mneme {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SourceFile, path, bytes)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SourceCursor, epoch, file, byte_offset, file_lines, items,
                                   documents, lines_read, lines_bad, first_bad_file, first_bad_line,
                                   first_bad_fault)

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_SOURCE_JSON_H_
