#include "data/corpus/source_cursor_json.h"

namespace mneme {

using Json = nlohmann::json;

Json SourceCursorToJson(const SourceCursor& cursor) {
  return {{"epoch", cursor.epoch},
          {"file", cursor.file},
          {"byte_offset", cursor.byte_offset},
          {"file_lines", cursor.file_lines},
          {"items", cursor.items},
          {"documents", cursor.documents},
          {"lines_read", cursor.lines_read},
          {"lines_bad", cursor.lines_bad},
          {"first_bad_file", cursor.first_bad_file},
          {"first_bad_line", cursor.first_bad_line},
          {"first_bad_fault", static_cast<int>(cursor.first_bad_fault)}};
}

SourceCursor SourceCursorFromJson(const Json& json) {
  SourceCursor cursor;
  json.at("epoch").get_to(cursor.epoch);
  json.at("file").get_to(cursor.file);
  json.at("byte_offset").get_to(cursor.byte_offset);
  json.at("file_lines").get_to(cursor.file_lines);
  json.at("items").get_to(cursor.items);
  json.at("documents").get_to(cursor.documents);
  json.at("lines_read").get_to(cursor.lines_read);
  json.at("lines_bad").get_to(cursor.lines_bad);
  json.at("first_bad_file").get_to(cursor.first_bad_file);
  json.at("first_bad_line").get_to(cursor.first_bad_line);
  cursor.first_bad_fault = static_cast<LineFault>(json.at("first_bad_fault").get<int>());
  return cursor;
}

}  // namespace mneme
