#include "data/corpus/corpus_files.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/corpus/byte_source.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

namespace fs = std::filesystem;

constexpr char kValidation[] = ".val.jsonl";

using Paths = std::vector<std::string>;

// Regular files in `folder`, sorted.
absl::StatusOr<Paths> ListFolder(const std::string& folder) {
  std::error_code error;
  Paths paths;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) paths.push_back(it->path().string());
  }
  if (error) {
    return absl::UnknownError(absl::StrCat("cannot list ", folder, ": ", error.message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string FileName(const std::string& path) { return fs::path(path).filename().string(); }

template <typename Predicate>
Paths Select(const Paths& paths, Predicate wanted) {
  Paths selected;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(selected), wanted);
  return selected;
}

bool IsValidation(const std::string& path) {
  return absl::EndsWith(WithoutCompression(path), kValidation);
}
bool IsJsonl(const std::string& path) { return IsJsonlFile(path) && !IsValidation(path); }
bool IsChunk(const std::string& path) {
  return IsJsonl(path) && absl::StrContains(FileName(path), ".chunk.");
}

// "peps" of "peps.chunk.00.jsonl", of "peps.jsonl" and of "peps.val.jsonl".
std::string Stem(const std::string& path) {
  const std::string name(WithoutCompression(FileName(path)));
  return name.substr(0, std::min({name.find(".chunk."), name.find(kValidation), name.rfind('.')}));
}

absl::StatusOr<Paths> ExpandGlob(const std::string& pattern) {
  glob_t found = {};
  const int result = glob(pattern.c_str(), 0, nullptr, &found);
  Paths paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (result != 0 && result != GLOB_NOMATCH) {
    return absl::UnknownError(absl::StrCat("cannot list the files that match ", pattern));
  }
  std::sort(paths.begin(), paths.end());
  return Select(paths, [](const std::string& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored) && !IsValidation(path);
  });
}

// The validation files that go with `train`, which are not a folder's.
absl::StatusOr<Paths> ValidationBeside(const Paths& train) {
  Paths held_out;
  for (const std::string& path : train) {
    const std::string folder = fs::path(path).parent_path().string();
    MNEME_ASSIGN_OR_RETURN(const Paths beside, ListFolder(folder.empty() ? "." : folder));
    for (const std::string& other : beside) {
      if (IsValidation(other) && other != path && Stem(other) == Stem(path)) {
        held_out.push_back(other);
      }
    }
  }
  std::sort(held_out.begin(), held_out.end());
  held_out.erase(std::unique(held_out.begin(), held_out.end()), held_out.end());
  return held_out;
}

absl::StatusOr<std::vector<SourceFile>> WithSizes(const Paths& paths) {
  std::vector<SourceFile> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (error) {
      return absl::UnknownError(absl::StrCat("cannot examine ", path, ": ", error.message()));
    }
    files.push_back({path, static_cast<int64_t>(bytes)});
  }
  return files;
}

absl::Status CheckKinds(const Paths& train) {
  for (const std::string& path : train) {
    if (!IsCorpusFile(path)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path,
          " is no corpus: expected a name that ends in .jsonl or .txt, or in .gz or .zst "
          "behind that"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsTextFile(absl::string_view path) { return absl::EndsWith(WithoutCompression(path), ".txt"); }

bool IsJsonlFile(absl::string_view path) {
  return absl::EndsWith(WithoutCompression(path), ".jsonl");
}

bool IsCorpusFile(absl::string_view path) { return IsTextFile(path) || IsJsonlFile(path); }

absl::Status CheckNoCopies(absl::string_view what, const std::vector<std::string>& paths) {
  std::map<absl::string_view, absl::string_view> seen;
  for (const std::string& path : paths) {
    const auto [other, is_new] = seen.emplace(WithoutCompression(path), path);
    if (is_new) continue;
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", other->second, " and ", path,
                                                   " are the same file, compressed and not; "
                                                   "remove or leave out one of them"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CorpusFiles> FindCorpusFiles(const std::string& root_dir,
                                            const std::string& source) {
  const std::string place = (fs::path(root_dir) / source).string();
  std::error_code ignored;
  Paths train;
  Paths held_out;
  if (fs::is_directory(place, ignored)) {
    MNEME_ASSIGN_OR_RETURN(const Paths all, ListFolder(place));
    train = Select(all, IsChunk);
    if (train.empty()) train = Select(all, IsJsonl);
    if (train.empty()) train = Select(all, IsTextFile);
    held_out = Select(all, IsValidation);
  } else {
    if (fs::is_regular_file(place, ignored)) {
      train = {place};
    } else {
      MNEME_ASSIGN_OR_RETURN(train, ExpandGlob(place));
    }
    MNEME_RETURN_IF_ERROR(CheckKinds(train));
    MNEME_ASSIGN_OR_RETURN(held_out, ValidationBeside(train));
  }
  if (train.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "data source '", source, "': expected ", place,
        " to be a folder with *.chunk.*.jsonl, *.jsonl or *.txt files (or .gz or .zst of them), or "
        "such a file, or a pattern that matches some; found ",
        fs::is_directory(place, ignored) ? "a folder without any" : "nothing there"));
  }
  MNEME_RETURN_IF_ERROR(CheckNoCopies(absl::StrCat("data source '", source, "'"), train));
  CorpusFiles files;
  MNEME_ASSIGN_OR_RETURN(files.train, WithSizes(train));
  MNEME_ASSIGN_OR_RETURN(files.held_out, WithSizes(held_out));
  const bool all_empty = std::all_of(files.train.begin(), files.train.end(),
                                     [](const SourceFile& file) { return file.bytes == 0; });
  if (all_empty) {
    return absl::NotFoundError(absl::StrCat("data source '", source,
                                            "' is empty: ", absl::StrJoin(train, ", "),
                                            " hold no bytes; expected a document a line"));
  }
  return files;
}

}  // namespace mneme
