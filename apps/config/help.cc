#include "apps/config/help.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "apps/config/yaml_writer.h"

namespace mneme {
namespace {

constexpr size_t kColumns = 96;

absl::string_view SectionOf(absl::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == absl::string_view::npos ? "" : path.substr(0, dot);
}

// "an integer >= 1" as a label: "integer >= 1".
absl::string_view Label(absl::string_view type) {
  return absl::StripPrefix(absl::StripPrefix(type, "an "), "a ");
}

// The value of now, with `before` it; "" where there is none to show.
std::string Default(const Field& field, absl::string_view before) {
  return field.get ? absl::StrCat(before, FlowYaml(field.get())) : "";
}

void AppendUsage(const ProgramInfo& info, const Schema& schema, std::string* help) {
  const std::string run = absl::StrCat("bazel run ", info.target, " -- ", info.command,
                                       info.command.empty() ? "" : " ");
  absl::StrAppend(help, info.summary, "\n\nUsage: ", run, "[config=FILE.yaml] [KEY=VALUE]...");
  if (!info.operands.empty()) absl::StrAppend(help, " ", info.operands);
  absl::StrAppend(help, "\n");
  if (!info.example.empty()) {
    absl::StrAppend(help, "Example: ", run, info.example, "\n");
  }
  absl::StrAppend(help, "\nKeys, with their defaults. The file overrides these, ",
                  "and the command line both.\n");
  if (schema.groups.size() > 1) {
    absl::StrAppend(help, "In the file, a.b: c is the key b in the section a.\n");
  }
}

void AppendSection(const Schema& schema, const Schema::Group& group, std::string* help) {
  std::string keys;
  for (const Field& field : schema.fields) {
    if (SectionOf(field.path) != group.path) continue;
    absl::StrAppend(&keys, "  ", field.path, Default(field, "="), "\n      ", field.meaning, " (",
                    Label(field.type), ")\n");
  }
  if (keys.empty()) return;
  absl::StrAppend(help, "\n");
  if (!group.path.empty()) absl::StrAppend(help, group.path, ": ", group.meaning, "\n");
  absl::StrAppend(help, keys);
}

void AppendWithoutEffect(const Schema& schema, std::string* help) {
  if (schema.without_effect.empty()) return;
  absl::StrAppend(help, "\nAccepted, because configurations of other programs have them, but ",
                  "without effect:\n");
  std::string line = " ";
  for (const std::string& key : schema.without_effect) {
    if (line.size() + 1 + key.size() > kColumns) {
      absl::StrAppend(help, line, "\n");
      line.resize(1);
    }
    absl::StrAppend(&line, " ", key);
  }
  absl::StrAppend(help, line, "\n");
}

}  // namespace

std::string HelpText(const ProgramInfo& info, const Schema& schema) {
  std::string help;
  AppendUsage(info, schema, &help);
  for (const Schema::Group& group : schema.groups) AppendSection(schema, group, &help);
  AppendWithoutEffect(schema, &help);
  if (!info.fallback_yaml.empty()) {
    absl::StrAppend(&help, "\nWithout config=, the ", info.fallback_name,
                    " configuration serves:\n\n");
    const absl::string_view yaml = absl::StripSuffix(info.fallback_yaml, "\n");
    for (const absl::string_view line : absl::StrSplit(yaml, '\n')) {
      absl::StrAppend(&help, line.empty() ? "" : "  ", line, "\n");
    }
  }
  return help;
}

std::string MarkdownReference(const Schema& schema) {
  std::string text;
  for (const Schema::Group& group : schema.groups) {
    std::string rows;
    for (const Field& field : schema.fields) {
      if (SectionOf(field.path) != group.path) continue;
      const std::string value = Default(field, "");
      absl::StrAppend(&rows, "| `", field.path, "` | ", Label(field.type), " | `",
                      absl::StrReplaceAll(value, {{"|", "\\|"}}), "` | ", field.meaning, " |\n");
    }
    if (rows.empty()) continue;
    if (!group.path.empty()) absl::StrAppend(&text, "\n## ", group.path, ": ", group.meaning, "\n");
    absl::StrAppend(&text, "\n| key | type | default | meaning |\n|---|---|---|---|\n", rows);
  }
  return text;
}

}  // namespace mneme
