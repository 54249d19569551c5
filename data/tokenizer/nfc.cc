#include "data/tokenizer/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace mneme {

std::string ToNfc(absl::string_view text) {
  const bool is_ascii = std::all_of(text.begin(), text.end(),
                                    [](char byte) { return static_cast<uint8_t>(byte) < 0x80; });
  if (is_ascii) return std::string(text);
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), text.size(), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return std::string(text);
  std::string normalized(reinterpret_cast<const char*>(composed), size);
  std::free(composed);
  return normalized;
}

}  // namespace mneme
