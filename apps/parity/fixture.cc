#include "apps/parity/fixture.h"

#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

template <typename T>
absl::StatusOr<std::vector<T>> Read(const SafetensorsReader& reader, absl::string_view name) {
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader::View view, reader.Find(name));
  if (view.dtype != DTypeOf<T>::value) {
    return absl::InvalidArgumentError(absl::StrCat(reader.path(), ": tensor ", name, " is ",
                                                   DTypeName(view.dtype), ", expected ",
                                                   DTypeName(DTypeOf<T>::value)));
  }
  std::vector<T> values(view.bytes / sizeof(T));
  if (view.bytes > 0) std::memcpy(values.data(), view.data, view.bytes);
  return values;
}

}  // namespace

absl::StatusOr<Fixture> Fixture::Open(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(SafetensorsReader reader, SafetensorsReader::Open(path));
  Fixture fixture(std::move(reader));
  MNEME_RETURN_IF_ERROR(fixture.ReadMetadata());
  return fixture;
}

absl::Status Fixture::ReadMetadata() {
  const auto& metadata = reader_.metadata();
  const auto config = metadata.find("config");
  if (config == metadata.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(reader_.path(), ": no \"config\" in the metadata; expected a golden fixture"));
  }
  MNEME_ASSIGN_OR_RETURN(
      config_, ParseModelYaml(config->second, absl::StrCat(reader_.path(), " metadata config")));
  double steps = 0.0;
  const std::pair<const char*, double*> numbers[] = {
      {"steps", &steps},        {"lr", &optim_.lr},       {"value_lr", &value_lr_},
      {"beta1", &optim_.beta1}, {"beta2", &optim_.beta2}, {"weight_decay", &optim_.weight_decay},
      {"eps", &optim_.epsilon}, {"clip", &optim_.clip}};
  for (const auto& [key, value] : numbers) {
    const auto found = metadata.find(key);
    if (found == metadata.end() || !absl::SimpleAtod(found->second, value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          reader_.path(), ": metadata \"", key, "\" is ",
          found == metadata.end() ? std::string("missing") : found->second, ", expected a number"));
    }
  }
  steps_ = static_cast<int64_t>(steps);
  return absl::OkStatus();
}

std::vector<std::string> Fixture::NamesUnder(absl::string_view prefix) const {
  std::vector<std::string> names;
  for (absl::string_view name : reader_.names()) {
    if (absl::ConsumePrefix(&name, prefix)) names.emplace_back(name);
  }
  return names;
}

absl::StatusOr<std::vector<float>> Fixture::Floats(absl::string_view name) const {
  return Read<float>(reader_, name);
}

absl::StatusOr<std::vector<int64_t>> Fixture::Ids(absl::string_view name) const {
  return Read<int64_t>(reader_, name);
}

absl::StatusOr<Shape> Fixture::ShapeOf(absl::string_view name) const {
  MNEME_ASSIGN_OR_RETURN(const SafetensorsReader::View view, reader_.Find(name));
  return Shape(view.shape);
}

}  // namespace mneme
