#include "apps/checkpoint/run_state.h"

#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

using Json = nlohmann::json;

// JSON has no NaN and no infinities.
Json NumberToJson(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

double NumberFromJson(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (json == "inf") return infinity;
  return json == "-inf" ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

absl::StatusOr<std::string> RunStateToJson(const RunState& state) {
  Json json = {{"step", state.step}, {"counts", state.counts}, {"texts", state.texts}};
  json["numbers"] = Json::object();
  for (const auto& [key, number] : state.numbers) json["numbers"][key] = NumberToJson(number);
  try {
    return json.dump(1) + "\n";
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write the state of the run: ", error.what()));
  }
}

absl::StatusOr<RunState> RunStateFromJson(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  RunState state;
  try {
    json.at("step").get_to(state.step);
    json.at("counts").get_to(state.counts);
    json.at("texts").get_to(state.texts);
    for (const auto& [key, number] : json.at("numbers").items()) {
      state.numbers[key] = NumberFromJson(number);
    }
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(absl::StrCat("is no state of a run: ", error.what()));
  }
  return state;
}

}  // namespace mneme
