#include "data/corpus/json_document.h"

#include <simdjson.h>

#include <string_view>

namespace mneme {

struct JsonDocumentParser::Parser {
  simdjson::dom::parser parser;
};

JsonDocumentParser::JsonDocumentParser() : parser_(std::make_unique<Parser>()) {}
JsonDocumentParser::~JsonDocumentParser() = default;

LineFault JsonDocumentParser::Parse(absl::string_view line, absl::string_view* text) {
  *text = absl::string_view();
  simdjson::dom::element root;
  const simdjson::error_code parsed =
      parser_->parser.parse(line.data(), line.size(), /*realloc_if_needed=*/false).get(root);
  if (parsed == simdjson::UTF8_ERROR) return LineFault::kInvalidUtf8;
  if (parsed != simdjson::SUCCESS) return LineFault::kBrokenJson;

  simdjson::dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) return LineFault::kNoText;
  simdjson::dom::element value;
  if (object.at_key("text").get(value) != simdjson::SUCCESS &&
      object.at_key("content").get(value) != simdjson::SUCCESS) {
    return LineFault::kNoText;
  }
  std::string_view string;
  if (value.get_string().get(string) != simdjson::SUCCESS) return LineFault::kNoText;
  *text = absl::string_view(string.data(), string.size());
  return LineFault::kNone;
}

}  // namespace mneme
