#include "apps/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "apps/progress/format.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

// Whole numbers as they are, others with four digits.
std::string NumberText(double value) {
  if (value == std::round(value) && std::abs(value) < 1e15) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  return absl::StrFormat("%.4g", value);
}

void AppendMeasures(const std::vector<Measure>& measures, std::string* text) {
  if (measures.empty()) return;
  size_t width = 0;
  for (const Measure& m : measures) width = std::max(width, m.name.size());
  const int columns = static_cast<int>(width);
  absl::StrAppendFormat(text, "  %-*s %11s %10s %9s %10s %7s\n", columns, "", "ms", "bytes", "GB/s",
                        "floor ms", "ratio");
  for (const Measure& m : measures) {
    std::string line = absl::StrFormat("  %-*s %11.3f", columns, m.name, m.ms);
    const std::string bytes = m.bytes > 0 ? ShortBytes(m.bytes) : "";
    const std::string rate = m.bytes > 0 ? absl::StrFormat("%.1f", m.gb_per_s()) : "";
    absl::StrAppendFormat(&line, " %10s %9s", bytes, rate);
    if (m.floor_ms > 0) absl::StrAppendFormat(&line, " %10.3f %7.2f", m.floor_ms, m.ratio());
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(text, line, "\n");
  }
}

nlohmann::ordered_json MeasureJson(const Measure& m) {
  nlohmann::ordered_json json = {{"name", m.name}, {"ms", m.ms}};
  if (m.bytes > 0) json["bytes"] = m.bytes, json["gb_per_s"] = m.gb_per_s();
  if (m.floor_ms > 0) json["floor_ms"] = m.floor_ms, json["ratio"] = m.ratio();
  return json;
}

}  // namespace

std::string ReportText(const BenchReport& report) {
  std::string text = absl::StrCat(report.machine, "\n");
  for (const BenchSection& section : report.sections) {
    absl::StrAppend(&text, "\n", section.title, "\n");
    for (const auto& [name, value] : section.facts) {
      absl::StrAppend(&text, "  ", absl::StrReplaceAll(name, {{"_", " "}}), ": ", NumberText(value),
                      "\n");
    }
    AppendMeasures(section.measures, &text);
    if (!section.note.empty()) absl::StrAppend(&text, "  ", section.note, "\n");
  }
  return text;
}

std::string ReportJson(const BenchReport& report) {
  nlohmann::ordered_json json = {{"benchmark", report.benchmark}, {"machine", report.machine}};
  json["sections"] = nlohmann::ordered_json::array();
  for (const BenchSection& section : report.sections) {
    nlohmann::ordered_json entry = {{"title", section.title}};
    for (const auto& [name, value] : section.facts) entry[name] = value;
    if (!section.note.empty()) entry["note"] = section.note;
    entry["measures"] = nlohmann::ordered_json::array();
    for (const Measure& measure : section.measures) {
      entry["measures"].push_back(MeasureJson(measure));
    }
    json["sections"].push_back(std::move(entry));
  }
  return json.dump() + "\n";
}

}  // namespace mneme
