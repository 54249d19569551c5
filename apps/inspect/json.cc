#include "nlohmann/json.hpp"

#include <cmath>

#include "apps/inspect/inspection.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;

// Enough to read, and short: a prompt has thousands of weights.
double Rounded(double x) { return std::round(x * 1e4) / 1e4; }

// values [T, M, knn] as nested lists.
template <typename T, typename Convert>
Json Nested(const LayerPicks& picks, const std::vector<T>& values, Convert convert) {
  Json tokens = Json::array();
  size_t i = 0;
  for (int64_t t = 0; t < picks.tokens(); ++t) {
    Json heads = Json::array();
    for (int64_t head = 0; head < picks.heads; ++head) {
      Json best_first = Json::array();
      for (int64_t k = 0; k < picks.knn; ++k) best_first.push_back(convert(values[i++]));
      heads.push_back(std::move(best_first));
    }
    tokens.push_back(std::move(heads));
  }
  return tokens;
}

Json ToJson(const LayerPicks& picks) {
  return {{"layer", picks.layer},
          {"heads", picks.heads},
          {"knn", picks.knn},
          {"n_keys", picks.n_keys},
          {"rows", Nested(picks, picks.rows, [](int64_t row) { return row; })},
          {"weights", Nested(picks, picks.weights, [](float w) { return Rounded(w); })}};
}

Json ToJson(const PromptPicks& prompt) {
  Json layers = Json::array();
  for (const LayerPicks& picks : prompt.layers) layers.push_back(ToJson(picks));
  return {{"prompt", prompt.prompt},
          {"is_cut", prompt.is_cut},
          {"tokens", prompt.tokens},
          {"layers", std::move(layers)}};
}

Json ToJson(const std::vector<std::vector<double>>& matrix) {
  Json rows = Json::array();
  for (const std::vector<double>& row : matrix) {
    Json numbers = Json::array();
    for (double x : row) numbers.push_back(Rounded(x));
    rows.push_back(std::move(numbers));
  }
  return rows;
}

Json ToJson(const LayerSummary& summary) {
  return {{"layer", summary.layer},
          {"picks", summary.picks},
          {"rows_used", summary.use.rows_used},
          {"n_rows", summary.use.n_rows},
          {"entropy", summary.use.entropy},
          {"kl_to_uniform", summary.use.kl_to_uniform},
          {"gini", summary.use.gini},
          {"head_overlap", ToJson(summary.head_overlap)},
          {"prompt_overlap", ToJson(summary.prompt_overlap)}};
}

Json ToJson(const RowContext& context) {
  return {{"row", context.row},           {"layer", context.layer},
          {"head", context.head},         {"weight", Rounded(context.weight)},
          {"document", context.document}, {"before", context.before},
          {"token", context.token},       {"after", context.after}};
}

template <typename T>
Json ListOf(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(ToJson(item));
  return list;
}

}  // namespace

std::string InspectionJson(const Inspection& inspection) {
  const Json json = {{"checkpoint", inspection.checkpoint},
                     {"step", inspection.step},
                     {"prompts", ListOf(inspection.prompts)},
                     {"summary", ListOf(inspection.summaries)},
                     {"rows", inspection.rows},
                     {"documents", inspection.documents},
                     {"contexts", ListOf(inspection.contexts)}};
  return JsonText(json);
}

}  // namespace mneme
