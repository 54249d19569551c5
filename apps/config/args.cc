#include "apps/config/args.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "apps/config/user_path.h"
#include "apps/config/yaml_tree.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kMaxFileBytes = 1 << 20;

struct Arguments {
  bool wants_help = false;
  bool wants_markdown = false;
  std::optional<std::string> config_file;
  std::vector<std::string> assignments;
  std::vector<std::string> operands;
};

absl::Status NoAssignment(absl::string_view argument) {
  return absl::InvalidArgumentError(
      absl::StrCat("argument '", argument, "': expected KEY=VALUE; --help lists every key"));
}

absl::Status TakeArgument(absl::string_view argument, const ProgramInfo& info, Arguments* args) {
  constexpr absl::string_view kConfig = "config=";
  if (argument == "--help" || argument == "-h" || argument == "--help=markdown") {
    args->wants_help = true;
    args->wants_markdown |= argument == "--help=markdown";
  } else if (absl::StartsWith(absl::StripPrefix(argument, "--"), kConfig)) {
    const std::string file(absl::StripPrefix(absl::StripPrefix(argument, "--"), kConfig));
    if (file.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("argument '", argument, "': expected the name of a YAML file"));
    }
    if (args->config_file) {
      return absl::InvalidArgumentError(absl::StrCat(
          "argument '", argument, "': config is already ", *args->config_file, "; give one file"));
    }
    args->config_file = file;
  } else if (IsAssignment(argument) || absl::StartsWith(argument, "--") ||
             (info.operands.empty() && absl::StrContains(argument, '='))) {
    args->assignments.emplace_back(argument);
  } else if (!info.operands.empty()) {
    args->operands.emplace_back(argument);
  } else {
    return NoAssignment(argument);
  }
  return absl::OkStatus();
}

absl::StatusOr<YamlTree> BaseTree(const Arguments& args, const ProgramInfo& info) {
  if (!args.config_file) return ParseYaml(info.fallback_yaml, info.fallback_name);
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadConfigFile(*args.config_file));
  return ParseYaml(text, *args.config_file);
}

}  // namespace

absl::StatusOr<ParsedArgs> ParseArgs(int argc, const char* const* argv, const ProgramInfo& info,
                                     const Schema& schema) {
  Arguments args;
  for (int i = 1; i < argc; ++i) {
    if (absl::string_view(argv[i]) == "--") continue;
    MNEME_RETURN_IF_ERROR(TakeArgument(argv[i], info, &args));
  }
  ParsedArgs parsed;
  parsed.wants_help = args.wants_help;
  if (args.wants_help) {
    parsed.help = args.wants_markdown ? MarkdownReference(schema) : HelpText(info, schema);
    return parsed;
  }
  parsed.operands = std::move(args.operands);
  MNEME_ASSIGN_OR_RETURN(const YamlTree base, BaseTree(args, info));
  MNEME_RETURN_IF_ERROR(ApplyTree(schema, base, &parsed.report));
  for (const std::string& assignment : args.assignments) {
    MNEME_RETURN_IF_ERROR(ApplyArgument(schema, assignment, &parsed.report));
  }
  ResolvePaths(schema);
  return parsed;
}

absl::StatusOr<std::string> ReadConfigFile(absl::string_view path) {
  const std::string resolved = UserPath(path);
  std::string text(kMaxFileBytes + 1, '\0');
  errno = 0;
  std::ifstream file(resolved, std::ios::binary);
  if (file.is_open()) file.read(text.data(), text.size());
  if (!file.is_open() || file.bad()) {
    return absl::NotFoundError(
        absl::StrCat("cannot read the configuration ", resolved, ": ", std::strerror(errno)));
  }
  text.resize(file.gcount());
  if (static_cast<int64_t>(text.size()) > kMaxFileBytes || absl::StrContains(text, '\0')) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a YAML file, got ",
                     absl::StrContains(text, '\0') ? "binary data" : "more than 1 MiB"));
  }
  return text;
}

void ResolvePaths(const Schema& schema) {
  for (const Field& field : schema.fields) {
    if (field.file != nullptr) *field.file = UserPath(*field.file);
  }
}

}  // namespace mneme
