// A folder of a test's own, and files in it.

#ifndef MNEME_DATA_TESTING_TEMP_FOLDER_H_
#define MNEME_DATA_TESTING_TEMP_FOLDER_H_

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/testing/compress.h"
#include "runtime/files/temp_dir.h"

namespace mneme {

class TempFolder : public TempDir {
 public:
  // Writes a file, and the folders on the way to it; returns its path.
  std::string Write(const std::string& name, const std::string& content) const {
    const std::string path = File(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // Writes a jsonl file of documents, whose texts need no escapes; compressed if `name` says so.
  std::string WriteJsonl(const std::string& name, const std::vector<std::string>& texts) const {
    std::string content;
    for (const std::string& text : texts) content += "{\"text\": \"" + text + "\"}\n";
    return Write(name, CompressFor(name, content));
  }
};

}  // namespace mneme

#endif  // MNEME_DATA_TESTING_TEMP_FOLDER_H_
