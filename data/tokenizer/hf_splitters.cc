#include "data/tokenizer/hf_splitters.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"

namespace mneme {
namespace {

using Json = nlohmann::json;

// The regular expression at which a Split cuts.
absl::StatusOr<std::string> SplitPattern(const Json& split) {
  const std::string behavior = split.at("behavior");
  const bool keeps_matches =
      split.value("invert", false);  // Removed would drop the rest, else them
  if (behavior != "Isolated" && !(behavior == "Removed" && keeps_matches)) {
    return absl::InvalidArgumentError(absl::StrCat("pre_tokenizer: a Split of behavior ", behavior,
                                                   " is not supported; expected Isolated"));
  }
  const Json& pattern = split.at("pattern");
  if (pattern.contains("Regex")) return pattern["Regex"].get<std::string>();
  return RE2::QuoteMeta(pattern.at("String").get<std::string>());
}

// "" for a step that cuts nothing.
absl::StatusOr<std::string> PatternOf(const Json& step) {
  const std::string type = step.at("type");
  if (type == "Split") return SplitPattern(step);
  if (type == "Digits") return step.value("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)";
  if (type == "ByteLevel") {
    if (step.value("add_prefix_space", true)) {
      return absl::InvalidArgumentError(
          "pre_tokenizer: add_prefix_space is not supported; expected false");
    }
    return std::string(step.value("use_regex", true) ? kGpt2Pattern : "");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "pre_tokenizer: ", type,
      " is not supported; expected a byte-level model, of ByteLevel, Split, Digits or a Sequence "
      "of these"));
}

}  // namespace

absl::StatusOr<std::vector<RegexSplitter>> HfSplitters(const Json& pre_tokenizer) {
  std::vector<RegexSplitter> splitters;
  if (pre_tokenizer.is_null()) return splitters;
  const bool is_sequence = pre_tokenizer.at("type") == "Sequence";
  const Json steps = is_sequence ? pre_tokenizer.at("pretokenizers") : Json::array({pre_tokenizer});
  for (const Json& step : steps) {
    MNEME_ASSIGN_OR_RETURN(const std::string pattern, PatternOf(step));
    if (pattern.empty()) continue;
    MNEME_ASSIGN_OR_RETURN(RegexSplitter splitter, RegexSplitter::Create(pattern));
    splitters.push_back(std::move(splitter));
  }
  return splitters;
}

}  // namespace mneme
