#include "apps/prepare_data/prepare_state.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/corpus/source_json.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/json_text.h"

namespace mneme {

// Keys are the members' names.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PrepareSettings, source, seed, chunk_mib, validation_documents,
                                   inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PrepareState, settings, cursor, line_bytes, runs, sorted,
                                   run_offsets, chunks, merged_bytes, held_out, complete)

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

std::string StatePath(const std::string& folder) { return absl::StrCat(folder, "/prepare.json"); }

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
  Json json = state;
  json["format"] = kFormat;
  return WriteFileAtomically(StatePath(folder), JsonText(json, 1) + "\n");
}

absl::StatusOr<PrepareState> LoadPrepareState(const std::string& folder) {
  const std::string path = StatePath(folder);
  if (access(path.c_str(), F_OK) != 0) return absl::NotFoundError(absl::StrCat("no ", path));
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  try {
    const Json json = Json::parse(text);
    if (json.at("format") == kFormat) return json.get<PrepareState>();
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
