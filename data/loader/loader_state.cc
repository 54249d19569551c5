#include "data/loader/loader_state.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "data/corpus/source_cursor_json.h"

namespace mneme {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

Json SourceToJson(const SourceDescription& source, const SourceCursor& cursor) {
  Json files = Json::array();
  for (const SourceFile& file : source.files) {
    files.push_back({{"path", file.path}, {"bytes", file.bytes}});
  }
  return {{"name", source.name},
          {"weight", source.weight},
          {"files", std::move(files)},
          {"position", SourceCursorToJson(cursor)}};
}

SourceDescription SourceFromJson(const Json& json) {
  SourceDescription source;
  json.at("name").get_to(source.name);
  json.at("weight").get_to(source.weight);
  for (const Json& file : json.at("files")) {
    source.files.push_back({file.at("path").get<std::string>(), file.at("bytes").get<int64_t>()});
  }
  return source;
}

Json SettingsToJson(const DataDescription& data) {
  return {{"seed", data.seed},
          {"seq_len", data.seq_len},
          {"n_views", data.n_views},
          {"batch_size", data.batch_size},
          {"prefetch_size", data.prefetch_size},
          {"add_bos", data.add_bos},
          {"add_eos", data.add_eos},
          {"tokenizer", data.tokenizer},
          {"vocab_size", data.vocab_size},
          {"rank", data.rank},
          {"world", data.world}};
}

DataDescription SettingsFromJson(const Json& json) {
  DataDescription data;
  json.at("seed").get_to(data.seed);
  json.at("seq_len").get_to(data.seq_len);
  json.at("n_views").get_to(data.n_views);
  json.at("batch_size").get_to(data.batch_size);
  json.at("prefetch_size").get_to(data.prefetch_size);
  json.at("add_bos").get_to(data.add_bos);
  json.at("add_eos").get_to(data.add_eos);
  json.at("tokenizer").get_to(data.tokenizer);
  json.at("vocab_size").get_to(data.vocab_size);
  json.at("rank").get_to(data.rank);
  json.at("world").get_to(data.world);
  return data;
}

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
    sources.push_back(SourceToJson(state.data.sources[i], documents.sources[i]));
  }
  const Json json = {{"format", kFormat},
                     {"settings", SettingsToJson(state.data)},
                     {"window", WindowToJson(state.position)},
                     {"sources", std::move(sources)}};
  // A file name need not be UTF-8; JSON must be.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<LoaderState> LoaderStateFromJson(absl::string_view json) {
  try {
    const Json parsed = Json::parse(json.begin(), json.end());
    if (parsed.at("format") != kFormat) {
      return absl::InvalidArgumentError(absl::StrCat("the state of the data loader has the format ",
                                                     parsed.at("format").dump(),
                                                     "; this version reads format ", kFormat));
    }
    LoaderState state;
    state.data = SettingsFromJson(parsed.at("settings"));
    state.position = WindowFromJson(parsed.at("window"));
    for (const Json& source : parsed.at("sources")) {
      state.data.sources.push_back(SourceFromJson(source));
      state.position.start.documents.sources.push_back(SourceCursorFromJson(source.at("position")));
    }
    return state;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the state of the data loader cannot be read: ", error.what()));
  }
}

}  // namespace mneme
