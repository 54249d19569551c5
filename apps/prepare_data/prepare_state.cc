#include "apps/prepare_data/prepare_state.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/corpus/source_cursor_json.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

std::string StatePath(const std::string& folder) { return absl::StrCat(folder, "/prepare.json"); }

Json SettingsToJson(const PrepareSettings& settings) {
  Json inputs = Json::array();
  for (const SourceFile& file : settings.inputs) {
    inputs.push_back({{"path", file.path}, {"bytes", file.bytes}});
  }
  return {{"source", settings.source},
          {"seed", settings.seed},
          {"chunk_mib", settings.chunk_mib},
          {"validation_documents", settings.validation_documents},
          {"inputs", std::move(inputs)}};
}

PrepareSettings SettingsFromJson(const Json& json) {
  PrepareSettings settings;
  json.at("source").get_to(settings.source);
  json.at("seed").get_to(settings.seed);
  json.at("chunk_mib").get_to(settings.chunk_mib);
  json.at("validation_documents").get_to(settings.validation_documents);
  for (const Json& file : json.at("inputs")) {
    settings.inputs.push_back(
        {file.at("path").get<std::string>(), file.at("bytes").get<int64_t>()});
  }
  return settings;
}

PrepareState StateFromJson(const Json& json) {
  PrepareState state;
  state.settings = SettingsFromJson(json.at("settings"));
  state.cursor = SourceCursorFromJson(json.at("cursor"));
  json.at("line_bytes").get_to(state.line_bytes);
  json.at("runs").get_to(state.runs);
  json.at("sorted").get_to(state.sorted);
  json.at("run_offsets").get_to(state.run_offsets);
  json.at("chunks").get_to(state.chunks);
  json.at("merged_bytes").get_to(state.merged_bytes);
  json.at("held_out").get_to(state.held_out);
  json.at("complete").get_to(state.complete);
  return state;
}

template <typename T>
absl::Status CheckSame(const std::string& folder, const char* what, const T& saved, const T& now) {
  if (saved == now) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      folder, " was begun with ", what, " ", saved, ", but it is ", now,
      " now; set it back, choose another source name, or remove the folder to begin anew"));
}

// "a.jsonl (5 bytes)", or "no file" behind the last one.
std::string FileText(const std::vector<SourceFile>& files, size_t i) {
  if (i >= files.size()) return "no file";
  return absl::StrCat(files[i].path, " (", files[i].bytes, " bytes)");
}

}  // namespace

absl::Status SavePrepareState(const std::string& folder, const PrepareState& state) {
  const Json json = {{"format", kFormat},
                     {"settings", SettingsToJson(state.settings)},
                     {"cursor", SourceCursorToJson(state.cursor)},
                     {"line_bytes", state.line_bytes},
                     {"runs", state.runs},
                     {"sorted", state.sorted},
                     {"run_offsets", state.run_offsets},
                     {"chunks", state.chunks},
                     {"merged_bytes", state.merged_bytes},
                     {"held_out", state.held_out},
                     {"complete", state.complete}};
  // A file name need not be UTF-8; JSON must be.
  return WriteFileAtomically(StatePath(folder),
                             json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

absl::StatusOr<PrepareState> LoadPrepareState(const std::string& folder) {
  const std::string path = StatePath(folder);
  if (access(path.c_str(), F_OK) != 0) return absl::NotFoundError(absl::StrCat("no ", path));
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  try {
    const Json json = Json::parse(text);
    if (json.at("format") == kFormat) return StateFromJson(json);
  } catch (const Json::exception&) {
  }
  return absl::DataLossError(
      absl::StrCat(path, " is not of this version, or damaged; remove ", folder, " to begin anew"));
}

absl::Status CheckSameSettings(const std::string& folder, const PrepareSettings& saved,
                               const PrepareSettings& now) {
  MNEME_RETURN_IF_ERROR(CheckSame(folder, "seed", saved.seed, now.seed));
  MNEME_RETURN_IF_ERROR(CheckSame(folder, "chunk_mib", saved.chunk_mib, now.chunk_mib));
  MNEME_RETURN_IF_ERROR(CheckSame(folder, "validation_documents", saved.validation_documents,
                                  now.validation_documents));
  for (size_t i = 0; i < std::max(saved.inputs.size(), now.inputs.size()); ++i) {
    MNEME_RETURN_IF_ERROR(CheckSame(folder, absl::StrCat("input ", i + 1).c_str(),
                                    FileText(saved.inputs, i), FileText(now.inputs, i)));
  }
  return absl::OkStatus();
}

}  // namespace mneme
