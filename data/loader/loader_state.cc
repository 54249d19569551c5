#include "data/loader/loader_state.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "data/corpus/source_json.h"
#include "nlohmann/json.hpp"
#include "runtime/files/json_text.h"

namespace mneme {

// Keys are the members' names. Sources stand beside the other settings.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SourceDescription, name, weight, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DataDescription, seed, seq_len, n_views, batch_size,
                                   prefetch_size, add_bos, add_eos, tokenizer, vocab_size, rank,
                                   world)

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

// The hash as text: not every reader of JSON keeps 64 bits of a number.
Json WindowToJson(const ShuffleCursor& position) {
  return {{"index", position.index},
          {"sequences", position.sequences},
          {"taken", position.taken},
          {"tokens_hash", absl::StrCat(absl::Hex(position.tokens_hash))},
          {"draws", position.start.documents.draws},
          {"token_offset", position.start.token_offset},
          {"carry", position.start.carry}};
}

ShuffleCursor WindowFromJson(const Json& json) {
  ShuffleCursor position;
  json.at("index").get_to(position.index);
  json.at("sequences").get_to(position.sequences);
  json.at("taken").get_to(position.taken);
  json.at("draws").get_to(position.start.documents.draws);
  json.at("token_offset").get_to(position.start.token_offset);
  json.at("carry").get_to(position.start.carry);
  // A hash that is no hexadecimal number stays 0, which no window has in practice.
  (void)absl::SimpleHexAtoi(json.at("tokens_hash").get<std::string>(), &position.tokens_hash);
  return position;
}

}  // namespace

std::string LoaderStateToJson(const LoaderState& state) {
  const MixtureCursor& documents = state.position.start.documents;
  Json sources = Json::array();
  for (size_t i = 0; i < state.data.sources.size(); ++i) {
    sources.push_back(state.data.sources[i]);
    sources[i]["position"] = documents.sources[i];
  }
  const Json json = {{"format", kFormat},
                     {"settings", state.data},
                     {"window", WindowToJson(state.position)},
                     {"sources", std::move(sources)}};
  return JsonText(json);
}

absl::StatusOr<LoaderState> LoaderStateFromJson(absl::string_view json) {
  try {
    const Json parsed = Json::parse(json.begin(), json.end());
    if (parsed.at("format") != kFormat) {
      return absl::InvalidArgumentError(absl::StrCat("the state of the data loader has the format ",
                                                     JsonText(parsed.at("format")),
                                                     "; this version reads format ", kFormat));
    }
    LoaderState state;
    parsed.at("settings").get_to(state.data);
    state.position = WindowFromJson(parsed.at("window"));
    for (const Json& source : parsed.at("sources")) {
      state.data.sources.push_back(source.get<SourceDescription>());
      state.position.start.documents.sources.push_back(source.at("position").get<SourceCursor>());
    }
    return state;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the state of the data loader cannot be read: ", error.what()));
  }
}

}  // namespace mneme
