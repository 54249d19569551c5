#include "runtime/files/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"

namespace mneme {
namespace {

using nlohmann::json;

struct DTypeInfo {
  absl::string_view name;
  int64_t bytes;
  std::optional<DType> dtype;
};

constexpr DTypeInfo kDTypes[] = {
    {"F32", 4, DType::kF32},  {"BF16", 2, DType::kBF16},    {"F16", 2, DType::kF16},
    {"I32", 4, DType::kI32},  {"I64", 8, DType::kI64},      {"BOOL", 1, std::nullopt},
    {"U8", 1, std::nullopt},  {"I8", 1, std::nullopt},      {"U16", 2, std::nullopt},
    {"I16", 2, std::nullopt}, {"U32", 4, std::nullopt},     {"U64", 8, std::nullopt},
    {"F64", 8, std::nullopt}, {"F8_E4M3", 1, std::nullopt}, {"F8_E5M2", 1, std::nullopt},
    {"C64", 8, std::nullopt},
};

const DTypeInfo* FindDType(absl::string_view name) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

// Collects what is wrong with one file.
class HeaderParser {
 public:
  HeaderParser(const std::string& path, absl::string_view file) : path_(path), file_(file) {}

  absl::StatusOr<SafetensorsHeader> Parse();

 private:
  template <typename... Args>
  absl::Status FileError(const Args&... what) const {
    return absl::InvalidArgumentError(absl::StrCat("'", path_, "': ", what...));
  }
  template <typename... Args>
  absl::Status TensorError(const std::string& name, const Args&... what) const {
    return FileError("tensor '", name, "': ", what...);
  }

  absl::StatusOr<absl::string_view> HeaderText() const;
  absl::StatusOr<json> ParseJson(absl::string_view text) const;
  absl::StatusOr<std::map<std::string, std::string>> ParseMetadata(const json& object) const;
  absl::StatusOr<SafetensorsEntry> ParseEntry(const std::string& name, const json& object) const;
  absl::Status CheckLayout(const std::vector<SafetensorsEntry>& entries, int64_t data_bytes) const;

  const std::string& path_;
  const absl::string_view file_;
};

absl::StatusOr<absl::string_view> HeaderParser::HeaderText() const {
  if (file_.size() < kSafetensorsLengthBytes) {
    return FileError("no safetensors file: ", file_.size(),
                     " bytes are too few for the 8 bytes it begins with");
  }
  uint64_t header_bytes = 0;
  for (int i = 7; i >= 0; --i) header_bytes = header_bytes << 8 | static_cast<uint8_t>(file_[i]);
  if (header_bytes > file_.size() - kSafetensorsLengthBytes) {
    return FileError("truncated, or no safetensors file: its header should have ", header_bytes,
                     " bytes, but ", file_.size() - kSafetensorsLengthBytes, " follow");
  }
  if (header_bytes > kSafetensorsMaxHeaderBytes) {
    return FileError("no safetensors file: its header would have ", header_bytes,
                     " bytes, more than the format's limit of ", kSafetensorsMaxHeaderBytes);
  }
  return file_.substr(kSafetensorsLengthBytes, header_bytes);
}

absl::StatusOr<json> HeaderParser::ParseJson(absl::string_view text) const {
  std::set<std::string> names;
  std::string duplicate;
  const auto note_duplicates = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1) {
      const std::string& name = value.get_ref<const std::string&>();
      if (!names.insert(name).second) duplicate = name;
    }
    return true;
  };
  json root;
  try {
    root = json::parse(text.begin(), text.end(), note_duplicates);
  } catch (const json::exception& error) {
    // The message quotes what it could not read, which may be long.
    return FileError("the header is not JSON: ", absl::string_view(error.what()).substr(0, 200));
  }
  if (!root.is_object()) return FileError("the header is not a JSON object");
  if (!duplicate.empty()) return TensorError(duplicate, "the name comes twice");
  return root;
}

absl::StatusOr<std::map<std::string, std::string>> HeaderParser::ParseMetadata(
    const json& object) const {
  if (!object.is_object()) return FileError("'__metadata__' is not a JSON object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) return FileError("the metadata '", key, "' is not a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// A non-negative integer below 2^63, or nullopt.
std::optional<int64_t> AsCount(const json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const uint64_t count = value.get<uint64_t>();
  if (count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(count);
}

absl::StatusOr<SafetensorsEntry> HeaderParser::ParseEntry(const std::string& name,
                                                          const json& object) const {
  const auto dtype = object.find("dtype");
  const auto shape = object.find("shape");
  const auto offsets = object.find("data_offsets");
  if (!object.is_object() || dtype == object.end() || shape == object.end() ||
      offsets == object.end()) {
    return TensorError(name, "expected an object with dtype, shape and data_offsets");
  }
  if (!dtype->is_string()) return TensorError(name, "the dtype is not a string");
  SafetensorsEntry entry;
  entry.name = name;
  entry.dtype = dtype->get<std::string>();
  const DTypeInfo* info = FindDType(entry.dtype);
  if (info == nullptr) return TensorError(name, "unknown dtype '", entry.dtype, "'");

  if (!shape->is_array()) return TensorError(name, "the shape is not an array");
  for (const json& dim : *shape) {
    const std::optional<int64_t> count = AsCount(dim);
    if (!count) return TensorError(name, "bad shape: expected integers >= 0 and < 2^63");
    entry.shape.push_back(*count);
  }
  if (!offsets->is_array() || offsets->size() != 2 || !AsCount((*offsets)[0]) ||
      !AsCount((*offsets)[1])) {
    return TensorError(name, "bad data_offsets: expected two integers >= 0 and < 2^63");
  }
  entry.begin_bytes = *AsCount((*offsets)[0]);
  entry.end_bytes = *AsCount((*offsets)[1]);

  const std::string shape_text = absl::StrCat("[", absl::StrJoin(entry.shape, ", "), "]");
  const std::optional<int64_t> bytes = TensorBytes(entry.shape, info->bytes);
  if (!bytes) return TensorError(name, "the shape ", shape_text, " has more than 2^63 bytes");
  if (entry.end_bytes - entry.begin_bytes != *bytes) {
    return TensorError(name, "shape ", shape_text, " of ", entry.dtype, " needs ", *bytes,
                       " bytes, but its data_offsets are [", entry.begin_bytes, ", ",
                       entry.end_bytes, "]");
  }
  return entry;
}

absl::Status HeaderParser::CheckLayout(const std::vector<SafetensorsEntry>& entries,
                                       int64_t data_bytes) const {
  int64_t end_bytes = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const SafetensorsEntry& entry = entries[i];
    if (entry.end_bytes > data_bytes) {
      return TensorError(entry.name, "truncated file: the tensor ends at byte ", entry.end_bytes,
                         " of the data, which has only ", data_bytes);
    }
    if (entry.begin_bytes < end_bytes) {
      return TensorError(entry.name, "begins at byte ", entry.begin_bytes,
                         " of the data, inside tensor '", entries[i - 1].name, "'");
    }
    if (entry.begin_bytes > end_bytes) {
      return TensorError(entry.name, "begins at byte ", entry.begin_bytes,
                         " of the data, after a gap of ", entry.begin_bytes - end_bytes, " bytes");
    }
    end_bytes = entry.end_bytes;
  }
  if (end_bytes != data_bytes) {
    return FileError(data_bytes - end_bytes, " bytes after the last tensor belong to none");
  }
  return absl::OkStatus();
}

absl::StatusOr<SafetensorsHeader> HeaderParser::Parse() {
  MNEME_ASSIGN_OR_RETURN(const absl::string_view text, HeaderText());
  MNEME_ASSIGN_OR_RETURN(const json root, ParseJson(text));
  SafetensorsHeader header;
  header.data_offset_bytes = kSafetensorsLengthBytes + static_cast<int64_t>(text.size());
  for (const auto& [name, value] : root.items()) {
    if (name == kSafetensorsMetadata) {
      MNEME_ASSIGN_OR_RETURN(header.metadata, ParseMetadata(value));
    } else {
      MNEME_ASSIGN_OR_RETURN(SafetensorsEntry entry, ParseEntry(name, value));
      header.entries.push_back(std::move(entry));
    }
  }
  std::sort(header.entries.begin(), header.entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin_bytes, a.end_bytes, a.name) <
           std::tie(b.begin_bytes, b.end_bytes, b.name);
  });
  const int64_t data_bytes = static_cast<int64_t>(file_.size()) - header.data_offset_bytes;
  MNEME_RETURN_IF_ERROR(CheckLayout(header.entries, data_bytes));
  return header;
}

}  // namespace

const char* SafetensorsDTypeName(DType dtype) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.dtype == dtype) return info.name.data();
  }
  return "?";
}

std::optional<DType> SafetensorsDType(absl::string_view name) {
  const DTypeInfo* info = FindDType(name);
  return info == nullptr ? std::nullopt : info->dtype;
}

std::optional<int64_t> TensorBytes(const absl::InlinedVector<int64_t, 4>& shape,
                                   int64_t element_bytes) {
  int64_t bytes = element_bytes;
  for (int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return std::nullopt;
  }
  return bytes;
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(const std::string& path,
                                                         absl::string_view file) {
  return HeaderParser(path, file).Parse();
}

}  // namespace mneme
