#include "runtime/files/safetensors_writer.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/checksum.h"
#include "runtime/files/safetensors_header.h"

namespace mneme {
namespace {

// Checksum and write follow each other on pieces that stay in the cache between them.
constexpr int64_t kPieceBytes = 1 << 22;

absl::Status ItemError(const std::string& path, const std::string& name, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot write '", path, "': tensor '", name, "': ", what));
}

absl::StatusOr<std::string> JsonString(const std::string& path, const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write '", path, "': a name or metadata is no UTF-8: ", error.what()));
  }
}

// The length, the JSON object and the spaces that align the data to 8 bytes.
struct Header {
  std::string text;
  std::vector<int64_t> item_bytes;
  int64_t file_bytes = 0;
};

absl::StatusOr<Header> MakeHeader(const std::string& path,
                                  const std::vector<SafetensorsItem>& items,
                                  const std::map<std::string, std::string>& metadata) {
  Header header;
  std::vector<std::string> members;  // "name":{...}
  if (!metadata.empty()) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : metadata) {
      MNEME_ASSIGN_OR_RETURN(const std::string key_text, JsonString(path, key));
      MNEME_ASSIGN_OR_RETURN(const std::string value_text, JsonString(path, value));
      pairs.push_back(absl::StrCat(key_text, ":", value_text));
    }
    members.push_back(
        absl::StrCat("\"", kSafetensorsMetadata, "\":{", absl::StrJoin(pairs, ","), "}"));
  }
  absl::flat_hash_set<std::string> names = {kSafetensorsMetadata};
  int64_t offset = 0;
  for (const SafetensorsItem& item : items) {
    if (!names.insert(item.name).second) {
      return ItemError(path, item.name, "the name comes twice or is reserved");
    }
    const std::optional<int64_t> bytes = TensorBytes(item.shape, DTypeBytes(item.dtype));
    int64_t end = 0;
    if (!bytes || __builtin_add_overflow(offset, *bytes, &end)) {
      return ItemError(path, item.name, "a negative dimension, or more than 2^63 bytes");
    }
    MNEME_ASSIGN_OR_RETURN(const std::string name_text, JsonString(path, item.name));
    members.push_back(absl::StrCat(name_text, ":{\"dtype\":\"", SafetensorsDTypeName(item.dtype),
                                   "\",\"shape\":[", absl::StrJoin(item.shape, ","),
                                   "],\"data_offsets\":[", offset, ",", end, "]}"));
    header.item_bytes.push_back(*bytes);
    offset = end;
  }
  std::string json = absl::StrCat("{", absl::StrJoin(members, ","), "}");
  json.resize((json.size() + 7) / 8 * 8, ' ');
  for (int i = 0; i < 8; ++i) header.text += static_cast<char>(json.size() >> (8 * i) & 0xFF);
  header.text += json;
  if (__builtin_add_overflow(offset, header.text.size(), &header.file_bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write '", path, "': more than 2^63 bytes"));
  }
  return header;
}

// A file under way, and the checksum of what it holds.
class ChecksummedFile {
 public:
  explicit ChecksummedFile(AtomicFile* file) : file_(file) {}

  absl::Status Append(const void* data, int64_t bytes) {
    const char* next = static_cast<const char*>(data);
    for (int64_t left = bytes; left > 0;) {
      const int64_t piece = std::min(left, kPieceBytes);
      crc32c_ = ExtendCrc32c(crc32c_, next, piece);
      MNEME_RETURN_IF_ERROR(file_->Append(next, piece));
      next += piece;
      left -= piece;
    }
    return absl::OkStatus();
  }

  uint32_t crc32c() const { return crc32c_; }

 private:
  AtomicFile* const file_;
  uint32_t crc32c_ = 0;
};

absl::Status WriteItem(const std::string& path, const SafetensorsItem& item, int64_t item_bytes,
                       ChecksummedFile& file) {
  if (item.data != nullptr) return file.Append(item.data, item_bytes);
  int64_t given_bytes = 0;
  if (item.produce) {
    MNEME_RETURN_IF_ERROR(item.produce([&](const void* data, int64_t bytes) -> absl::Status {
      given_bytes += bytes;
      return file.Append(data, bytes);
    }));
  }
  if (given_bytes == item_bytes) return absl::OkStatus();
  return ItemError(
      path, item.name,
      absl::StrCat(given_bytes, " bytes were given for a shape of ", item_bytes, " bytes"));
}

}  // namespace

absl::StatusOr<SafetensorsWritten> WriteSafetensors(
    const std::string& path, const std::vector<SafetensorsItem>& items,
    const std::map<std::string, std::string>& metadata) {
  MNEME_ASSIGN_OR_RETURN(const Header header, MakeHeader(path, items, metadata));
  MNEME_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  MNEME_RETURN_IF_ERROR(file->Reserve(header.file_bytes));
  ChecksummedFile output(file.get());
  MNEME_RETURN_IF_ERROR(
      output.Append(header.text.data(), static_cast<int64_t>(header.text.size())));
  for (size_t i = 0; i < items.size(); ++i) {
    MNEME_RETURN_IF_ERROR(WriteItem(path, items[i], header.item_bytes[i], output));
  }
  MNEME_RETURN_IF_ERROR(file->Commit());
  return SafetensorsWritten{header.file_bytes, output.crc32c()};
}

}  // namespace mneme
