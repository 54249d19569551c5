#include "data/tokenizer/hf_tokenizer.h"

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/tokenizer/byte_level.h"
#include "data/tokenizer/hf_splitters.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

using Json = nlohmann::json;

template <class... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// An entry of "added_tokens".
struct AddedToken {
  int32_t id = 0;
  bool is_special = false;
};
using AddedTokens = absl::flat_hash_map<std::string, AddedToken>;  // by their text

absl::StatusOr<int32_t> ReadId(const Json& json) {
  constexpr int64_t kMaxId = 1 << 24;  // more than any vocabulary has
  const int64_t id = json.get<int64_t>();
  if (id < 0 || id > kMaxId) return Invalid("expected ids from 0 to ", kMaxId, ", got ", id);
  return static_cast<int32_t>(id);
}

absl::StatusOr<AddedTokens> ReadAddedTokens(const Json& json) {
  AddedTokens added;
  for (const Json& token : json.value("added_tokens", Json::array())) {
    const std::string content = token.at("content");
    const bool is_special = token.value("special", false);
    for (const char* flag : {"lstrip", "rstrip", "single_word"}) {
      if (!is_special && token.value(flag, false)) {
        return Invalid("the added token '", content, "' has ", flag, ", which is not supported");
      }
    }
    MNEME_ASSIGN_OR_RETURN(const int32_t id, ReadId(token.at("id")));
    added[content] = {id, is_special};
  }
  return added;
}

bool IsSet(const Json& model, const char* key) {
  const Json value = model.value(key, Json());
  return !value.is_null() && value != false && value != "";
}

absl::Status CheckKind(const Json& json) {
  const Json& model = json.at("model");
  const std::string type = model.value("type", "BPE");
  if (type != "BPE" || IsSet(model, "byte_fallback") || IsSet(model, "end_of_word_suffix") ||
      IsSet(model, "continuing_subword_prefix")) {
    return Invalid("expected a byte-level BPE model, got another ", type,
                   " model; if it is SentencePiece's, use the tokenizer sp with its .model file");
  }
  const Json normalizer = json.value("normalizer", Json());
  if (!normalizer.is_null() && normalizer.at("type") != "NFC") {
    return Invalid("the normalizer ", normalizer.at("type").get<std::string>(),
                   " is not supported; expected none or NFC");
  }
  return absl::OkStatus();
}

void SetToken(int32_t id, std::string bytes, std::vector<std::string>* tokens) {
  if (id >= static_cast<int32_t>(tokens->size())) tokens->resize(id + 1);
  (*tokens)[id] = std::move(bytes);
}

// The bytes of the model's own tokens, by id.
absl::StatusOr<std::vector<std::string>> ReadVocab(const Json& vocab, const AddedTokens& added) {
  std::vector<std::string> tokens;
  for (const auto& [text, json_id] : vocab.items()) {
    MNEME_ASSIGN_OR_RETURN(const int32_t id, ReadId(json_id));
    std::optional<std::string> bytes = FromByteLevel(text);
    if (added.contains(text)) bytes = "";  // listed here too
    if (!bytes) return Invalid("the token '", text, "' is not byte-level");
    SetToken(id, *std::move(bytes), &tokens);
  }
  MNEME_RETURN_IF_ERROR(BytePairEncoder::CheckTokens(tokens));
  return tokens;
}

// A merge is "left right" or, in newer files, ["left", "right"].
absl::StatusOr<std::vector<BytePairMerge>> ReadMerges(const Json& model) {
  const Json& vocab = model.at("vocab");
  std::vector<BytePairMerge> merges;
  for (const Json& merge : model.at("merges")) {
    std::pair<std::string, std::string> pair;
    if (merge.is_string()) {
      pair = absl::StrSplit(merge.get_ref<const std::string&>(), absl::MaxSplits(' ', 1));
    } else {
      merge.get_to(pair);
    }
    const auto left = vocab.find(pair.first);
    const auto right = vocab.find(pair.second);
    const auto merged = vocab.find(pair.first + pair.second);
    if (left == vocab.end() || right == vocab.end() || merged == vocab.end()) {
      return Invalid("the merge ", merge.dump(), " is of tokens that are not in the vocabulary");
    }
    merges.push_back({left->get<int32_t>(), right->get<int32_t>(), merged->get<int32_t>()});
  }
  return merges;
}

absl::StatusOr<Json> ReadJson(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Invalid(path, ": expected a JSON object");
  return json;
}

// Tokens that begin and end a text.
struct EndTokens {
  std::optional<int32_t> bos;
  std::optional<int32_t> eos;
};

// The added token of the text or id, or the first of several ids, that `config` has under `key`.
std::optional<int32_t> NamedToken(const Json& config, const char* key, const AddedTokens& added) {
  Json name = config.value(key, Json());
  if (name.is_array() && !name.empty()) name = Json(name[0]);
  if (name.is_object()) name = name.value("content", Json());
  for (const auto& [text, token] : added) {
    if (name == text || name == token.id) return token.id;
  }
  return std::nullopt;
}

std::optional<int32_t> OnlySpecialToken(const AddedTokens& added) {
  std::optional<int32_t> only;
  for (const auto& [text, token] : added) {
    if (!token.is_special) continue;
    if (only) return std::nullopt;
    only = token.id;
  }
  return only;
}

absl::StatusOr<EndTokens> FindEndTokens(const std::string& folder, const AddedTokens& added) {
  struct Place {
    const char *file, *bos, *eos;
  };
  constexpr Place kPlaces[] = {{"tokenizer_config.json", "bos_token", "eos_token"},
                               {"config.json", "bos_token_id", "eos_token_id"},
                               {"generation_config.json", "bos_token_id", "eos_token_id"}};
  for (const Place& place : kPlaces) {
    const std::string path = absl::StrCat(folder, "/", place.file);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) continue;
    MNEME_ASSIGN_OR_RETURN(const Json config, ReadJson(path));
    const std::optional<int32_t> eos = NamedToken(config, place.eos, added);
    if (eos) return EndTokens{NamedToken(config, place.bos, added), eos};
  }
  return EndTokens{std::nullopt, OnlySpecialToken(added)};
}

absl::StatusOr<std::unique_ptr<const BpeTokenizer>> Make(const Json& json,
                                                         const std::string& folder) {
  MNEME_RETURN_IF_ERROR(CheckKind(json));
  BpeVocabulary vocabulary;
  vocabulary.name = "hf";
  vocabulary.is_nfc = !json.value("normalizer", Json()).is_null();
  MNEME_ASSIGN_OR_RETURN(vocabulary.splitters, HfSplitters(json.value("pre_tokenizer", Json())));
  MNEME_ASSIGN_OR_RETURN(const AddedTokens added, ReadAddedTokens(json));
  const Json& model = json.at("model");
  MNEME_ASSIGN_OR_RETURN(vocabulary.tokens, ReadVocab(model.at("vocab"), added));
  MNEME_ASSIGN_OR_RETURN(const std::vector<BytePairMerge> merges, ReadMerges(model));
  BytePairEncoder encoder(vocabulary.tokens, merges, model.value("ignore_merges", false));
  for (const auto& [text, token] : added) {
    SetToken(token.id, token.is_special ? "" : text, &vocabulary.tokens);
    if (!token.is_special) vocabulary.words.push_back(token.id);
  }
  MNEME_ASSIGN_OR_RETURN(const EndTokens ends, FindEndTokens(folder, added));
  if (!ends.eos) {
    return Invalid("nothing says which token ends a text; put the model's tokenizer_config.json, ",
                   "whose eos_token is one of the added_tokens, or its config.json beside it");
  }
  vocabulary.eos_id = *ends.eos;
  vocabulary.bos_id = ends.bos.value_or(*ends.eos);
  return std::make_unique<const BpeTokenizer>(std::move(vocabulary), std::move(encoder));
}

}  // namespace

absl::StatusOr<std::unique_ptr<const BpeTokenizer>> LoadHfTokenizer(const std::string& path) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(path, ignored);
  const std::string file = is_folder ? path + "/tokenizer.json" : path;
  MNEME_ASSIGN_OR_RETURN(const Json json, ReadJson(file));
  try {
    auto tokenizer = Make(json, ParentDirectory(file));
    if (tokenizer.ok()) return tokenizer;
    return Invalid(file, ": ", tokenizer.status().message());
  } catch (const Json::exception& error) {
    return Invalid(file, ": expected a tokenizer.json of Hugging Face's: ", error.what());
  }
}

}  // namespace mneme
