// Task files: JSON objects with strings, lists and indices, and errors that name the line.

#ifndef MNEME_DATA_TASKS_JSON_LINES_H_
#define MNEME_DATA_TASKS_JSON_LINES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/tasks/task.h"
#include "nlohmann/json.hpp"

namespace mneme {

// A JSON object inside a document, with its place: "FILE:3: ". Every error is InvalidArgument and
// begins with it. `json` is borrowed.
class JsonRecord {
 public:
  JsonRecord(const nlohmann::json* json, std::string place)
      : json_(json), place_(std::move(place)) {}

  bool Has(const char* key) const { return json_->contains(key); }
  absl::StatusOr<std::string> Text(const char* key) const;
  absl::StatusOr<std::vector<std::string>> Texts(const char* key) const;  // at least one
  absl::StatusOr<JsonRecord> Object(const char* key) const;
  absl::StatusOr<std::vector<JsonRecord>> Objects(const char* key) const;  // at least one
  // A number, or digits in a string, in 0 .. size - 1.
  absl::StatusOr<int64_t> Index(const char* key, int64_t size) const;

  absl::Status Error(absl::string_view what) const;

 private:
  absl::Status Expected(const char* key, absl::string_view what) const;

  const nlohmann::json* json_;
  std::string place_;
};

using ParseDocument = absl::StatusOr<TaskDocument> (*)(const JsonRecord& record);

// The documents of a file with one JSON object a line; empty lines are passed over.
// Errors: a file that cannot be read or has no document, a line that is no JSON object, and those
// of `parse`.
absl::StatusOr<std::vector<TaskDocument>> ReadJsonLines(const std::string& path,
                                                        ParseDocument parse);

// The same for a file that is one JSON object, with the documents in a list under `key`.
absl::StatusOr<std::vector<TaskDocument>> ReadJsonList(const std::string& path, const char* key,
                                                       ParseDocument parse);

// The lines of a text file, with "\r\n" for an end allowed, without empty ones at the end.
absl::StatusOr<std::vector<std::string>> ReadTextLines(const std::string& path);

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_JSON_LINES_H_
