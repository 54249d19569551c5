// A directory of a test's own, gone when the test is over.

#ifndef MNEME_RUNTIME_FILES_TEMP_DIR_H_
#define MNEME_RUNTIME_FILES_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "gtest/gtest.h"

namespace mneme {

class TempDir {
 public:
  TempDir() : path_(absl::StrCat(testing::TempDir(), "mneme_XXXXXX")) {
    PCHECK(mkdtemp(path_.data()) != nullptr) << path_;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

 private:
  std::string path_;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_TEMP_DIR_H_
