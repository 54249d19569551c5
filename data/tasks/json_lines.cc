#include "data/tasks/json_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using Json = nlohmann::json;

Json Parse(absl::string_view text) {
  return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

absl::Status NoDocument(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": expected documents, found none"));
}

}  // namespace

absl::Status JsonRecord::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(place_, what));
}

absl::Status JsonRecord::Expected(const char* key, absl::string_view what) const {
  // Only ASCII, so that the cut goes through no character.
  const std::string got =
      Has(key) ? (*json_)[key].dump(-1, ' ', true, Json::error_handler_t::replace) : "no such key";
  constexpr size_t kShown = 60;
  return Error(absl::StrCat("expected ", what, " under \"", key, "\", got ", got.substr(0, kShown),
                            got.size() > kShown ? "..." : ""));
}

absl::StatusOr<std::string> JsonRecord::Text(const char* key) const {
  const auto found = json_->find(key);
  if (found == json_->end() || !found->is_string()) return Expected(key, "a string");
  return found->get<std::string>();
}

absl::StatusOr<std::vector<std::string>> JsonRecord::Texts(const char* key) const {
  const auto found = json_->find(key);
  const char* const kExpected = "a list of strings, at least one,";
  if (found == json_->end() || !found->is_array() || found->empty()) {
    return Expected(key, kExpected);
  }
  std::vector<std::string> texts;
  for (const Json& item : *found) {
    if (!item.is_string()) return Expected(key, kExpected);
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

absl::StatusOr<JsonRecord> JsonRecord::Object(const char* key) const {
  const auto found = json_->find(key);
  if (found == json_->end() || !found->is_object()) return Expected(key, "an object");
  return JsonRecord(&*found, absl::StrCat(place_, key, ": "));
}

absl::StatusOr<std::vector<JsonRecord>> JsonRecord::Objects(const char* key) const {
  const auto found = json_->find(key);
  const char* const kExpected = "a list of objects, at least one,";
  if (found == json_->end() || !found->is_array() || found->empty()) {
    return Expected(key, kExpected);
  }
  std::vector<JsonRecord> records;
  for (const Json& item : *found) {
    if (!item.is_object()) return Expected(key, kExpected);
    records.emplace_back(&item, absl::StrCat(place_, key, "[", records.size(), "]: "));
  }
  return records;
}

absl::StatusOr<int64_t> JsonRecord::Index(const char* key, int64_t size) const {
  const auto found = json_->find(key);
  int64_t index = -1;
  if (found != json_->end() && found->is_number_integer()) index = found->get<int64_t>();
  if (found != json_->end() && found->is_string() &&
      !absl::SimpleAtoi(found->get_ref<const std::string&>(), &index)) {
    index = -1;
  }
  if (index < 0 || index >= size) {
    return Expected(key, absl::StrCat("a number from 0 to ", size - 1));
  }
  return index;
}

absl::StatusOr<std::vector<std::string>> ReadTextLines(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    lines.emplace_back(absl::StripSuffix(line, "\r"));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

absl::StatusOr<std::vector<TaskDocument>> ReadJsonLines(const std::string& path,
                                                        ParseDocument parse) {
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadTextLines(path));
  std::vector<TaskDocument> documents;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (absl::StripAsciiWhitespace(lines[i]).empty()) continue;
    const Json json = Parse(lines[i]);
    const JsonRecord record(&json, absl::StrCat(path, ":", i + 1, ": "));
    if (!json.is_object()) {
      return record.Error(json.is_discarded() ? "broken JSON" : "expected a JSON object");
    }
    MNEME_ASSIGN_OR_RETURN(TaskDocument document, parse(record));
    documents.push_back(std::move(document));
  }
  if (documents.empty()) return NoDocument(path);
  return documents;
}

absl::StatusOr<std::vector<TaskDocument>> ReadJsonList(const std::string& path, const char* key,
                                                       ParseDocument parse) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const Json json = Parse(text);
  const JsonRecord whole(&json, absl::StrCat(path, ": "));
  if (!json.is_object()) {
    return whole.Error(json.is_discarded() ? "broken JSON" : "expected a JSON object");
  }
  MNEME_ASSIGN_OR_RETURN(const std::vector<JsonRecord> records, whole.Objects(key));
  std::vector<TaskDocument> documents;
  for (const JsonRecord& record : records) {
    MNEME_ASSIGN_OR_RETURN(TaskDocument document, parse(record));
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace mneme
