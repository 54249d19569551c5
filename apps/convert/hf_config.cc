#include "apps/convert/hf_config.h"

#include "absl/strings/str_cat.h"
#include "apps/config/model_rules.h"
#include "memory_layer/memory_config.h"
#include "nlohmann/json.hpp"
#include "nn/modules/feed_forward.h"
#include "runtime/core/status.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;

// Keys of one object; what is null counts as not there.
class Reader {
 public:
  Reader(const Json& json, std::string origin) : json_(json), origin_(std::move(origin)) {}

  bool Has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

  absl::Status Error(const char* key, absl::string_view expected) const {
    return absl::InvalidArgumentError(absl::StrCat(origin_, ": \"", key, "\" is ",
                                                   Has(key) ? JsonText(json_[key]) : "missing",
                                                   ", expected ", expected));
  }

  absl::StatusOr<int64_t> Size(const char* key) const {
    if (!Has(key) || !json_[key].is_number_integer() || json_[key].get<int64_t>() < 1) {
      return Error(key, "a positive integer");
    }
    return json_[key].get<int64_t>();
  }

  absl::StatusOr<double> Number(const char* key) const {
    if (!Has(key) || !json_[key].is_number() || !(json_[key].get<double>() > 0)) {
      return Error(key, "a positive number");
    }
    return json_[key].get<double>();
  }

  // Error unless the key is missing or has this value.
  absl::Status Only(const char* key, const Json& value, absl::string_view why) const {
    if (!Has(key) || json_[key] == value) return absl::OkStatus();
    return Error(key, absl::StrCat(value.dump(), ": ", why));
  }

 private:
  const Json& json_;
  const std::string origin_;
};

absl::Status CheckIsPlainLlama(const Reader& reader) {
  MNEME_RETURN_IF_ERROR(reader.Only("model_type", "llama", "only Llama models can be converted"));
  MNEME_RETURN_IF_ERROR(
      reader.Only("hidden_act", "silu", "the feed-forward here is gated by silu"));
  MNEME_RETURN_IF_ERROR(reader.Only("attention_bias", false, "projections here have no biases"));
  return reader.Only("mlp_bias", false, "projections here have no biases");
}

// rope_theta is a key of its own or, in newer files, one of rope_parameters.
absl::StatusOr<double> RopeTheta(const Json& json, const Reader& reader,
                                 const std::string& origin) {
  constexpr char kWhy[] = "rotary frequencies here are not scaled";
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    if (!reader.Has(key)) continue;
    const Reader rope(json[key], absl::StrCat(origin, ": ", key));
    MNEME_RETURN_IF_ERROR(rope.Only("rope_type", "default", kWhy));
    MNEME_RETURN_IF_ERROR(rope.Only("type", "default", kWhy));
    if (rope.Has("rope_theta")) return rope.Number("rope_theta");
  }
  return reader.Has("rope_theta") ? reader.Number("rope_theta") : 10000.0;
}

}  // namespace

void SetFeedForwardHidden(int64_t hidden, ModelConfig* model) {
  model->ffn_dim_multiplier.reset();
  for (model->multiple_of = 4096; model->multiple_of > 1; model->multiple_of /= 2) {
    if (nn::FeedForwardHidden(*model) == hidden) return;
  }
  const int64_t plain = nn::FeedForwardHidden(*model);  // with multiple_of 1
  // Half a unit above, so that rounding down cannot miss it.
  model->ffn_dim_multiplier = (static_cast<double>(hidden) + 0.5) / static_cast<double>(plain);
}

absl::StatusOr<ModelConfig> ModelFromHfConfig(absl::string_view text, const std::string& origin) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": expected a JSON object"));
  }
  const Reader reader(json, origin);
  MNEME_RETURN_IF_ERROR(CheckIsPlainLlama(reader));
  ModelConfig model;
  MNEME_ASSIGN_OR_RETURN(model.dim, reader.Size("hidden_size"));
  MNEME_ASSIGN_OR_RETURN(model.n_layers, reader.Size("num_hidden_layers"));
  MNEME_ASSIGN_OR_RETURN(model.n_heads, reader.Size("num_attention_heads"));
  if (reader.Has("num_key_value_heads")) {
    MNEME_ASSIGN_OR_RETURN(model.n_kv_heads, reader.Size("num_key_value_heads"));
  }
  if (reader.Has("head_dim")) {
    MNEME_ASSIGN_OR_RETURN(model.head_dim, reader.Size("head_dim"));
  }
  MNEME_ASSIGN_OR_RETURN(const int64_t hidden, reader.Size("intermediate_size"));
  MNEME_ASSIGN_OR_RETURN(model.norm_eps, reader.Number("rms_norm_eps"));
  MNEME_ASSIGN_OR_RETURN(model.rope_theta, RopeTheta(json, reader, origin));
  MNEME_ASSIGN_OR_RETURN(model.vocab_size, reader.Size("vocab_size"));
  MNEME_ASSIGN_OR_RETURN(model.max_seqlen, reader.Size("max_position_embeddings"));
  model.weight_tying = reader.Has("tie_word_embeddings") && json["tie_word_embeddings"] == true;
  const absl::Status valid = ValidateModel(model, MemoryConfig(), "");
  if (!valid.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": ", valid.message()));
  }
  SetFeedForwardHidden(hidden, &model);
  return model;
}

std::string HfConfigFromModel(const ModelConfig& model, const HfTokens& tokens, DType dtype) {
  Json json;
  json["architectures"] = {"LlamaForCausalLM"};
  json["model_type"] = "llama";
  json["hidden_act"] = "silu";
  json["hidden_size"] = model.dim;
  json["intermediate_size"] = nn::FeedForwardHidden(model);
  json["num_hidden_layers"] = model.n_layers;
  json["num_attention_heads"] = model.n_heads;
  json["num_key_value_heads"] = NumKvHeads(model);
  json["head_dim"] = HeadDim(model);
  json["max_position_embeddings"] = model.max_seqlen;
  json["rms_norm_eps"] = model.norm_eps;
  json["rope_theta"] = model.rope_theta;
  json["rope_scaling"] = nullptr;
  json["attention_bias"] = false;
  json["attention_dropout"] = 0.0;
  json["mlp_bias"] = false;
  json["tie_word_embeddings"] = model.weight_tying;
  json["vocab_size"] = model.vocab_size;
  if (tokens.bos_id >= 0) json["bos_token_id"] = tokens.bos_id;
  if (tokens.eos_id >= 0) json["eos_token_id"] = tokens.eos_id;
  json["torch_dtype"] = dtype == DType::kF32    ? "float32"
                        : dtype == DType::kBF16 ? "bfloat16"
                                                : "float16";
  return json.dump(2) + "\n";
}

}  // namespace mneme
