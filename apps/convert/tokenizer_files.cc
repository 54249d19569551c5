#include "apps/convert/tokenizer_files.h"

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

namespace fs = std::filesystem;

absl::Status CopyFile(const fs::path& from, const fs::path& to, fs::copy_options existing) {
  std::error_code error;
  if (fs::equivalent(from, to, error)) return absl::OkStatus();
  fs::copy_file(from, to, existing, error);
  if (!error) return absl::OkStatus();
  return absl::UnknownError(
      absl::StrCat("cannot copy '", from.string(), "' to '", to.string(), "': ", error.message()));
}

}  // namespace

absl::StatusOr<TokenizerConfig> CopyTokenizer(const TokenizerConfig& tokenizer,
                                              const std::string& folder,
                                              fs::copy_options existing) {
  if (tokenizer.path.empty()) return tokenizer;
  const std::string name = tokenizer.name == "hf" ? "tokenizer.json" : "tokenizer.model";
  fs::path from = tokenizer.path;
  std::error_code ignored;
  if (fs::is_directory(from, ignored)) from /= name;
  const fs::path to = fs::path(folder) / name;
  MNEME_RETURN_IF_ERROR(MakeDirs(folder));
  MNEME_RETURN_IF_ERROR(CopyFile(from, to, existing));
  for (const char* beside : {"tokenizer_config.json", "special_tokens_map.json", "config.json",
                             "generation_config.json"}) {
    const fs::path source = from.parent_path() / beside;
    if (!fs::exists(source, ignored)) continue;
    MNEME_RETURN_IF_ERROR(CopyFile(source, fs::path(folder) / beside, existing));
  }
  return TokenizerConfig{tokenizer.name, to.string()};
}

}  // namespace mneme
