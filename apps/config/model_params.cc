#include "apps/config/model_params.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

std::string Shown(const TokenizerConfig& tokenizer) {
  return tokenizer.path.empty() ? tokenizer.name
                                : absl::StrCat(tokenizer.name, " '", tokenizer.path, "'");
}

}  // namespace

std::string ModelParamsToJson(const ModelParams& params) {
  nlohmann::ordered_json json;
  json["model"] = nlohmann::ordered_json::parse(DumpModelJson(params.model));
  json["tokenizer"] = {{"name", params.tokenizer.name}, {"path", params.tokenizer.path}};
  if (params.tokenizer_size) json["tokenizer"]["vocab_size"] = *params.tokenizer_size;
  return JsonText(json, 2) + "\n";
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
  if (!tokenizer.contains("vocab_size")) return params;
  if (!tokenizer["vocab_size"].is_number_integer()) {
    return error("expected the \"vocab_size\" of \"tokenizer\" to be an integer");
  }
  params.tokenizer_size = tokenizer["vocab_size"].get<int64_t>();
  return params;
}

absl::StatusOr<ModelParams> ModelParamsOf(const Checkpoint& checkpoint) {
  const std::filesystem::path folder = checkpoint.path();
  MNEME_ASSIGN_OR_RETURN(
      ModelParams params,
      ModelParamsFromJson(checkpoint.params(), (folder / "params.json").string()));
  std::string& tokenizer = params.tokenizer.path;
  if (!tokenizer.empty()) tokenizer = (folder / tokenizer).lexically_normal().string();
  return params;
}

absl::Status CheckTokenizerSize(const TokenizerConfig& tokenizer, int64_t size,
                                const ModelParams& params, absl::string_view model,
                                absl::string_view remedy) {
  const int64_t room = params.model.model.vocab_size;
  if (params.tokenizer_size ? size == *params.tokenizer_size : size <= room) {
    return absl::OkStatus();
  }
  const std::string named =
      params.tokenizer.name.empty() ? "" : absl::StrCat(", ", Shown(params.tokenizer));
  const std::string trained = params.tokenizer_size ? absl::StrCat("was trained with one of ",
                                                                   *params.tokenizer_size, named)
                                                    : absl::StrCat("has room for ", room);
  return absl::InvalidArgumentError(absl::StrCat("tokenizer ", Shown(tokenizer), " has ", size,
                                                 " ids, but ", model, " ", trained, "; ", remedy));
}

}  // namespace mneme
