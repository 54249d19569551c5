// A folder for a test's own files.

#ifndef MNEME_DATA_TESTING_TEMP_FOLDER_H_
#define MNEME_DATA_TESTING_TEMP_FOLDER_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/testing/compress.h"

namespace mneme {

// Made empty for the running test under gtest's temporary folder, and removed with it.
class TempFolder {
 public:
  TempFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string(test->test_suite_name()) + "." + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

  // Writes a file, and the folders on the way to it; returns its path.
  std::string Write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << content;
    return File(name);
  }

  // Writes a jsonl file of documents, whose texts need no escapes; compressed if `name` says so.
  std::string WriteJsonl(const std::string& name, const std::vector<std::string>& texts) const {
    std::string content;
    for (const std::string& text : texts) content += "{\"text\": \"" + text + "\"}\n";
    return Write(name, CompressFor(name, content));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace mneme

#endif  // MNEME_DATA_TESTING_TEMP_FOLDER_H_
