#include "apps/generate/stop_strings.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mneme {

std::string StopStrings::Append(absl::string_view piece) {
  if (found_) return "";
  std::string text = absl::StrCat(held_, piece);
  held_.clear();
  size_t first_end = std::string::npos, cut = std::string::npos;
  for (const std::string& stop : stops_) {
    const size_t begin = text.find(stop);
    if (begin == std::string::npos || begin + stop.size() > first_end) continue;
    cut = begin + stop.size() == first_end ? std::min(cut, begin) : begin;
    first_end = begin + stop.size();
  }
  found_ = cut != std::string::npos;
  if (found_) return text.substr(0, cut);
  size_t held = 0;  // the longest end of the text that begins a stop string
  for (const std::string& stop : stops_) {
    for (size_t n = std::min(stop.size() - 1, text.size()); n > held; --n) {
      if (absl::EndsWith(text, absl::string_view(stop).substr(0, n))) held = n;
    }
  }
  held_ = text.substr(text.size() - held);
  text.resize(text.size() - held);
  return text;
}

std::string StopStrings::End() {
  std::string text;
  text.swap(held_);
  return text;
}

}  // namespace mneme
