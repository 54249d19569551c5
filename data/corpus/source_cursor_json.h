// A source's position in JSON.

#ifndef MNEME_DATA_CORPUS_SOURCE_CURSOR_JSON_H_
#define MNEME_DATA_CORPUS_SOURCE_CURSOR_JSON_H_

#include <nlohmann/json.hpp>

#include "data/corpus/document_source.h"

namespace mneme {

nlohmann::json SourceCursorToJson(const SourceCursor& cursor);

// The inverse. Throws nlohmann::json::exception, for the caller to catch, when `json` is no cursor.
SourceCursor SourceCursorFromJson(const nlohmann::json& json);

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_SOURCE_CURSOR_JSON_H_
