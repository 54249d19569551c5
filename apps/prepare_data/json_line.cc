#include "apps/prepare_data/json_line.h"

namespace mneme {
namespace {

void AppendEscape(char c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  out->push_back('\\');
  switch (c) {
    case '"':
    case '\\':
      out->push_back(c);
      break;
    case '\n':
      out->push_back('n');
      break;
    case '\r':
      out->push_back('r');
      break;
    case '\t':
      out->push_back('t');
      break;
    default:
      out->append("u00");
      out->push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

void SetJsonLine(absl::string_view text, std::string* line) {
  *line = "{\"text\": \"";
  size_t written = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    line->append(text.data() + written, i - written);
    AppendEscape(c, line);
    written = i + 1;
  }
  line->append(text.data() + written, text.size() - written);
  *line += "\"}\n";
}

}  // namespace mneme
