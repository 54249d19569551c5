// JSON as text.

#ifndef MNEME_RUNTIME_FILES_JSON_TEXT_H_
#define MNEME_RUNTIME_FILES_JSON_TEXT_H_

#include <string>

#include "nlohmann/json.hpp"

namespace mneme {

// `json` (nlohmann::json or ordered_json) as text in UTF-8, with U+FFFD for what is none in its
// strings: a path or a token may be any bytes. On one line without an indent. Cannot fail.
template <typename Json>
std::string JsonText(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_JSON_TEXT_H_
