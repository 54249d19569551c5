#include "apps/eval/results.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/progress/format.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::array<std::string, 6>;

std::vector<Row> TableRows(absl::Span<const TaskResult> results) {
  std::vector<Row> rows = {{"task", "metric", "value", "stderr", "n", "time"}};
  for (const TaskResult& result : results) {
    for (const Metric& metric : result.metrics) {
      const bool first = &metric == &result.metrics[0];
      rows.push_back({first ? result.task : "", metric.name, absl::StrFormat("%.4f", metric.value),
                      metric.standard_error ? absl::StrFormat("%.4f", *metric.standard_error) : "-",
                      absl::StrCat(metric.n),
                      first ? ShortDuration(absl::Seconds(result.seconds)) : ""});
    }
  }
  return rows;
}

}  // namespace

std::string ResultsTable(absl::Span<const TaskResult> results) {
  const std::vector<Row> rows = TableRows(results);
  std::array<size_t, 6> widths = {};
  for (const Row& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const int width = static_cast<int>(widths[c]);
      absl::StrAppendFormat(&line, "%s%*s", c == 0 ? "" : "  ", c < 2 ? -width : width, row[c]);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&text, line, "\n");
  }
  for (const TaskResult& result : results) {
    for (const std::string& note : result.notes) {
      absl::StrAppend(&text, result.task, ": ", note, "\n");
    }
  }
  return text;
}

Json ResultsJson(absl::Span<const TaskResult> results) {
  Json json = Json::object();
  for (const TaskResult& result : results) {
    for (const Metric& metric : result.metrics) {
      Json& entry = json[result.task][metric.name];
      entry["value"] = metric.value;
      entry["stderr"] = metric.standard_error ? Json(*metric.standard_error) : Json();
      entry["n"] = metric.n;
    }
  }
  return json;
}

Metrics ResultsMetrics(absl::Span<const TaskResult> results) {
  Metrics metrics;
  for (const TaskResult& result : results) {
    for (const Metric& metric : result.metrics) {
      const std::string key = absl::StrCat(result.task, "/", metric.name);
      metrics.push_back({key, metric.value});
      if (metric.standard_error) metrics.push_back({key + "_stderr", *metric.standard_error});
    }
  }
  return metrics;
}

absl::Status WriteResults(const std::string& folder, absl::Span<const TaskResult> results,
                          bool keep_others) {
  MNEME_RETURN_IF_ERROR(MakeDirs(folder));
  for (const TaskResult& result : results) {
    if (result.samples.empty()) continue;
    std::string lines;
    for (const Json& sample : result.samples) absl::StrAppend(&lines, JsonText(sample), "\n");
    MNEME_RETURN_IF_ERROR(
        WriteFileAtomically(absl::StrCat(folder, "/samples_", result.task, ".jsonl"), lines));
  }
  const std::string path = folder + "/results.json";
  Json json = Json::object();
  if (const auto before = ReadFile(path); keep_others && before.ok()) {
    json = Json::parse(*before, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) json = Json::object();
  }
  json.update(ResultsJson(results));
  return WriteFileAtomically(path, JsonText(json, 1) + "\n");
}

}  // namespace mneme
