#include "apps/prepare_data/inputs.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/corpus/corpus_files.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

namespace fs = std::filesystem;

constexpr char kExpected[] =
    "expected files that end in .jsonl or .txt, or in .gz or .zst behind that";

absl::Status Unlisted(const std::string& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path));
}

// What to do about a file that is Parquet.
std::string ParquetHint(const std::string& path) {
  if (!absl::EndsWith(path, ".parquet")) return "";
  return absl::StrCat("; turn ", path, " into jsonl with tools/parquet_to_jsonl");
}

absl::Status AddFolder(const std::string& folder, std::vector<std::string>* files) {
  std::error_code error;
  std::string parquet;
  const size_t before = files->size();
  fs::recursive_directory_iterator entry(folder, fs::directory_options::follow_directory_symlink,
                                         error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (absl::EndsWith(path, ".partial")) entry.disable_recursion_pending();
    } else if (IsCorpusFile(path)) {
      files->push_back(path);
    } else if (absl::EndsWith(path, ".parquet")) {
      parquet = path;
    }
  }
  if (error) return Unlisted(folder, error);
  if (files->size() > before) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(folder, " holds no documents: ", kExpected, ParquetHint(parquet)));
}

}  // namespace

absl::StatusOr<std::vector<SourceFile>> FindInputs(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status info = fs::status(path, error);
    if (!fs::exists(info)) return Unlisted(path, error);
    if (fs::is_directory(info)) {
      MNEME_RETURN_IF_ERROR(AddFolder(path, &files));
    } else if (IsCorpusFile(path)) {
      files.push_back(path);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " is no corpus: ", kExpected, ParquetHint(path)));
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  MNEME_RETURN_IF_ERROR(CheckNoCopies("the files given", files));
  std::vector<SourceFile> inputs;
  for (const std::string& file : files) {
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    if (error) return Unlisted(file, error);
    inputs.push_back({file, static_cast<int64_t>(bytes)});
  }
  return inputs;
}

}  // namespace mneme
