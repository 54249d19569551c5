// A corpus for tests of prepare_data, larger than the smallest memory budget.

#ifndef MNEME_APPS_PREPARE_DATA_TEST_CORPUS_H_
#define MNEME_APPS_PREPARE_DATA_TEST_CORPUS_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/prepare_data/args.h"
#include "apps/prepare_data/json_line.h"
#include "apps/prepare_data/run.h"
#include "apps/progress/screen.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"
#include "runtime/random/philox.h"

namespace mneme {

// Documents of 1 to 4,000 bytes, each other than the others.
inline std::vector<std::string> TestDocuments(int64_t count) {
  std::vector<std::string> documents;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t bytes = ElementBits(PhiloxKey{1}, i) % 4000;
    documents.push_back(absl::StrCat("#", i, "\n", std::string(bytes, 'a' + i % 26)));
  }
  return documents;
}

inline std::string Jsonl(const std::vector<std::string>& documents) {
  std::string jsonl, line;
  for (const std::string& document : documents) {
    SetJsonLine(document, &line);
    jsonl += line;
  }
  return jsonl;
}

// The names of a folder's data files and what is in them.
inline std::map<std::string, std::string> FilesIn(const std::string& folder) {
  std::map<std::string, std::string> files;
  const auto paths = ListFiles(folder, "");
  if (!paths.ok()) return files;
  for (const std::string& path : *paths) {
    files[path.substr(folder.size() + 1)] = *ReadFile(path);
  }
  for (const char* other : {".lock", "prepare.json"}) files.erase(other);
  return files;
}

inline absl::Status Prepare(const PrepareArgs& args, const std::vector<std::string>& inputs) {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  Screen screen(null);
  const absl::Status status = PrepareData(args, inputs, &screen);
  close(null);
  return status;
}

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_TEST_CORPUS_H_
