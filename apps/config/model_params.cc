#include "apps/config/model_params.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {

std::string ModelParamsToJson(const ModelParams& params) {
  nlohmann::ordered_json json;
  json["model"] = nlohmann::ordered_json::parse(DumpModelJson(params.model));
  json["tokenizer"] = {{"name", params.tokenizer.name}, {"path", params.tokenizer.path}};
  return json.dump(2) + "\n";
}

absl::StatusOr<ModelParams> ModelParamsFromJson(const std::string& text,
                                                const std::string& origin) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto error = [&](const char* what) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": ", what));
  };
  if (!json.is_object() || !json.contains("model")) return error("expected a \"model\" section");
  ModelParams params;
  MNEME_ASSIGN_OR_RETURN(params.model, ParseModelYaml(json["model"].dump(), origin));
  params.tokenizer.name.clear();
  if (!json.contains("tokenizer")) return params;
  const auto& tokenizer = json["tokenizer"];
  if (!tokenizer.is_object() || !tokenizer.value("name", nlohmann::json()).is_string() ||
      !tokenizer.value("path", nlohmann::json()).is_string()) {
    return error("expected \"tokenizer\" to have a \"name\" and a \"path\"");
  }
  params.tokenizer = {tokenizer["name"].get<std::string>(), tokenizer["path"].get<std::string>()};
  return params;
}

}  // namespace mneme
