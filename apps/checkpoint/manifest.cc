#include "apps/checkpoint/manifest.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/files/checksum.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "mneme checkpoint";
constexpr int64_t kVersion = 1;

const char* HoldsName(Holds holds) {
  switch (holds) {
    case Holds::kModel:
      return "model";
    case Holds::kOptimizer:
      return "optimizer";
    case Holds::kNone:
      return "";
  }
  return "";
}

Holds HoldsOf(const std::string& name) {
  if (name == "model") return Holds::kModel;
  if (name == "optimizer") return Holds::kOptimizer;
  return Holds::kNone;
}

// Of the text that the object has without its "crc32c".
uint32_t ChecksumOf(const Json& json) {
  const std::string text = json.dump();
  return ExtendCrc32c(0, text.data(), static_cast<int64_t>(text.size()));
}

Manifest FromJson(const Json& json) {
  Manifest manifest;
  json.at("step").get_to(manifest.step);
  for (const Json& file : json.at("files")) {
    manifest.files.push_back({file.at("name").get<std::string>(),
                              HoldsOf(file.at("holds").get<std::string>()),
                              file.at("bytes").get<int64_t>(), file.at("crc32c").get<uint32_t>()});
  }
  for (const auto& [name, files] : json.at("split").items()) {
    manifest.split[name] = files.get<std::vector<std::string>>();
  }
  return manifest;
}

}  // namespace

std::string ManifestToJson(const Manifest& manifest) {
  Json files = Json::array();
  for (const ManifestFile& file : manifest.files) {
    files.push_back({{"name", file.name},
                     {"holds", HoldsName(file.holds)},
                     {"bytes", file.bytes},
                     {"crc32c", file.crc32c}});
  }
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"step", manifest.step},
               {"files", std::move(files)},
               {"split", Json::object()}};
  for (const auto& [name, parts] : manifest.split) json["split"][name] = parts;
  json["crc32c"] = ChecksumOf(json);
  return json.dump(1) + "\n";
}

absl::StatusOr<Manifest> ManifestFromJson(absl::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::DataLossError("is damaged: it is no JSON");
  if (!json.is_object() || json.value("format", Json()) != kFormat) {
    return absl::InvalidArgumentError("is no manifest of a mneme checkpoint");
  }
  const Json version = json.value("version", Json());
  if (version.is_number_integer() && version.get<int64_t>() > kVersion) {
    return absl::UnimplementedError(absl::StrCat("has version ", version.get<int64_t>(),
                                                 ", and this mneme reads up to version ", kVersion,
                                                 ": use the newer mneme that wrote it"));
  }
  const Json checksum = json.value("crc32c", Json());
  json.erase("crc32c");
  if (!checksum.is_number_unsigned() || checksum.get<uint64_t>() != ChecksumOf(json)) {
    return absl::DataLossError("is damaged: its checksum does not match");
  }
  try {
    return FromJson(json);
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(absl::StrCat("is no manifest as expected: ", error.what()));
  }
}

}  // namespace mneme
