// For tests: conversions without output, and Hugging Face folders to break.

#ifndef MNEME_APPS_CONVERT_TEST_CONVERT_H_
#define MNEME_APPS_CONVERT_TEST_CONVERT_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/convert/convert.h"
#include "apps/model/model_state.h"
#include "runtime/files/file_util.h"
#include "runtime/files/safetensors_reader.h"
#include "runtime/files/safetensors_writer.h"
#include "runtime/files/temp_dir.h"

namespace mneme {

inline constexpr char kGolden[] = "apps/convert/testdata/hf_llama";

inline absl::Status ConvertQuietly(const ConvertArgs& args) {
  const int fd = open("/dev/null", O_WRONLY);
  absl::Status status;
  {
    Screen screen(fd);
    status = Convert(args, &screen);
  }
  close(fd);
  return status;
}

template <class T>
std::vector<T> Read(const SafetensorsReader& reader, const std::string& name) {
  const auto view = reader.Find(name);
  CHECK(view.ok()) << view.status();
  CHECK(view->dtype == DTypeOf<T>::value) << name;
  std::vector<T> values(view->bytes / sizeof(T));
  std::memcpy(values.data(), view->data, view->bytes);
  return values;
}

inline SafetensorsReader Open(const std::string& path) {
  auto reader = SafetensorsReader::Open(path);
  CHECK(reader.ok()) << reader.status();
  return *std::move(reader);
}

inline std::vector<float> Logits(LanguageModel* model, const Shape& shape,
                                 const std::vector<int64_t>& ids) {
  const std::vector<int32_t> tokens(ids.begin(), ids.end());
  return model->Logits(Tensor::From<int32_t>(shape, tokens)).value().ToVector<float>();
}

inline LoadedModel Load(const std::string& run) {
  auto loaded = LoadModel(run, Device::Cpu(), DType::kF32);
  CHECK(loaded.ok()) << loaded.status();
  return *std::move(loaded);
}

// A copy of the golden model whose files may be changed.
class HfFolder {
 public:
  HfFolder() {
    std::filesystem::copy_file(absl::StrCat(kGolden, "/config.json"), File("config.json"));
    const SafetensorsReader reader = Open(absl::StrCat(kGolden, "/model.safetensors"));
    for (const std::string& name : reader.names()) {
      weights_[name] = {reader.Find(name)->shape, Read<float>(reader, name)};
    }
  }

  const std::string& path() const { return dir_.path(); }
  std::string File(const std::string& name) const { return dir_.File(name); }
  std::map<std::string, std::pair<Shape, std::vector<float>>>& weights() { return weights_; }

  void Replace(const std::string& from, const std::string& to) {
    const std::string config = *ReadFile(File("config.json"));
    CHECK_NE(config.find(from), std::string::npos) << from;
    std::ofstream(File("config.json")) << absl::StrReplaceAll(config, {{from, to}});
  }

  // Writes the weights whose names `wanted` likes, as T.
  template <class T>
  void Write(const std::string& file, bool (*wanted)(const std::string&)) {
    std::vector<std::vector<T>> values;
    std::vector<SafetensorsItem> items;
    for (const auto& [name, weight] : weights_) {
      if (!wanted(name)) continue;
      values.emplace_back();
      for (const float x : weight.second) values.back().push_back(static_cast<T>(x));
      items.push_back({name, DTypeOf<T>::value, weight.first, nullptr, nullptr});
    }
    for (size_t i = 0; i < items.size(); ++i) items[i].data = values[i].data();
    CHECK(WriteSafetensors(File(file), items, {{"format", "pt"}}).ok());
  }

 private:
  TempDir dir_;
  std::map<std::string, std::pair<Shape, std::vector<float>>> weights_;
};

inline bool All(const std::string&) { return true; }

inline std::string ImportError(const HfFolder& folder) {
  TempDir out;
  return std::string(ConvertQuietly({.from = folder.path(), .to = out.path()}).message());
}

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_TEST_CONVERT_H_
