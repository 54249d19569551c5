#include "apps/inspect/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "apps/config/scalar.h"
#include "apps/config/user_path.h"
#include "apps/generate/prompts.h"
#include "apps/progress/task_progress.h"
#include "data/loader/open_sources.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// 7, "7,12" or [7, 12].
bool ReadRows(const YamlTree& tree, std::vector<int64_t>* rows) {
  if (tree.kind == YamlTree::Kind::kMap) return false;
  std::vector<std::string> parts;
  for (const YamlTree& item : tree.items) parts.push_back(item.scalar);
  if (tree.items.empty() && !tree.scalar.empty()) parts = absl::StrSplit(tree.scalar, ',');
  rows->clear();
  for (const std::string& part : parts) {
    const auto row = ReadInteger(absl::StripAsciiWhitespace(part));
    if (!row || *row < 0) return false;
    if (std::count(rows->begin(), rows->end(), *row) == 0) rows->push_back(*row);
  }
  return true;
}

absl::StatusOr<Mixture> OpenCorpus(const InspectArgs& args) {
  DataConfig data;
  const bool is_built_in = args.corpus == kWordNetSource;
  data.sources = {{is_built_in ? args.corpus : UserPath(args.corpus), 1.0}};
  data.wordnet_dir = args.wordnet_dir;
  return OpenSources(data, {}, Split::kAll, /*repeat=*/false);
}

absl::Status FindContexts(const InspectArgs& args, const LoadedModel& loaded, Screen* screen,
                          Inspection* inspection) {
  const int64_t n_rows = NumRows(loaded.model->memory_config());
  for (int64_t row : args.rows) {
    if (row < n_rows) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("rows: expected rows below ", n_rows, ", which the table has, got ", row));
  }
  MNEME_ASSIGN_OR_RETURN(Mixture corpus, OpenCorpus(args));
  RowContexts contexts(args.rows, args.contexts);
  TaskProgress progress(screen, "reading documents", TaskProgress::Unit::kCount);
  const size_t window = static_cast<size_t>(loaded.model->config().max_seqlen);
  for (; inspection->documents < args.max_documents; ++inspection->documents) {
    const absl::StatusOr<MixedDocument> document = corpus.Next();
    if (absl::IsOutOfRange(document.status())) break;
    MNEME_RETURN_IF_ERROR(document.status());
    const std::vector<int32_t> all =
        loaded.tokenizer->Encode(document->text, /*bos=*/true, /*eos=*/false);
    for (size_t begin = 0; begin < all.size(); begin += window) {
      const auto tokens = absl::MakeConstSpan(all).subspan(begin, window);
      contexts.Add(inspection->documents, TokenTexts(*loaded.tokenizer, tokens),
                   PickRows(loaded.model.get(), tokens));
    }
    progress.Update(inspection->documents + 1, args.max_documents);
  }
  inspection->rows = args.rows;
  inspection->contexts = contexts.Strongest();
  return absl::OkStatus();
}

}  // namespace

void Describe(Section& s, InspectArgs& c) {
  Describe(s, c.model);
  s.Add("prompt", c.prompt, "text whose picks to show, token by token");
  s.AddPath("prompts", c.prompts,
            "a file of prompts, also compared with each other: one a line, or in a .jsonl "
            "\"prompt\"");
  s.Add("top", c.top, {.min = 1}, "picks of a head that are shown as text; JSON has all");
  s.AddReader(
      "rows", "row numbers such as 7 or \"7,1200\"",
      "rows whose strongest picks to find in the corpus",
      [&c](const YamlTree& tree) { return ReadRows(tree, &c.rows); },
      [&c] { return YamlTree::Text(absl::StrJoin(c.rows, ",")); });
  s.Add("corpus", c.corpus,
        "for rows: a .jsonl or .txt file, a folder of such files or a pattern; wordnet: the "
        "built-in corpus");
  s.Add("contexts", c.contexts, {.min = 1}, "picks of a row to show");
  s.Add("max_documents", c.max_documents, {.min = 1}, "of the corpus, from its beginning");
  s.AddPath("wordnet_dir", c.wordnet_dir, "where WordNet's data.noun, data.verb, ... are");
  s.Add("json", c.json, "print everything as one line of JSON");
  s.AddPath("html", c.html,
            "write a page to look at in a browser to this file; it needs no network");
}

absl::Status CheckInspectArgs(const InspectArgs& args, bool has_prompt) {
  const bool has_prompts = has_prompt || !args.prompts.empty();
  if (has_prompt && !args.prompts.empty()) {
    return absl::InvalidArgumentError("expected one of prompt= and prompts=, got both");
  }
  if (args.rows.empty() != args.corpus.empty()) {
    return absl::InvalidArgumentError(
        args.corpus.empty() ? "rows= needs corpus=, a file to look for them in, or wordnet"
                            : "corpus= needs rows=, the rows to look for");
  }
  if (!has_prompts && args.rows.empty()) {
    return absl::InvalidArgumentError(
        "there is nothing to inspect; set prompt=, prompts=, or rows= and corpus=");
  }
  if (!has_prompts && !args.html.empty()) {
    return absl::InvalidArgumentError("html= needs prompt= or prompts=, which the page shows");
  }
  return absl::OkStatus();
}

absl::StatusOr<Inspection> Inspect(const InspectArgs& args, bool has_prompt, Screen* screen) {
  MNEME_RETURN_IF_ERROR(CheckInspectArgs(args, has_prompt));
  std::vector<std::string> prompts;
  if (has_prompt) prompts.push_back(args.prompt);
  if (!args.prompts.empty()) {
    MNEME_ASSIGN_OR_RETURN(prompts, ReadPrompts(args.prompts));
  }
  for (const std::string& prompt : prompts) MNEME_RETURN_IF_ERROR(CheckPrompt(prompt));
  MNEME_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(args.model, screen));
  if (loaded.model->memory_layers().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model of '", loaded.path, "' has no memory layer, so there is nothing to inspect"));
  }
  Inspection inspection;
  inspection.checkpoint = loaded.path;
  inspection.step = loaded.step;
  for (const std::string& prompt : prompts) {
    inspection.prompts.push_back(PickRowsOf(loaded.model.get(), *loaded.tokenizer, prompt));
  }
  inspection.summaries = Summarise(inspection.prompts);
  if (!args.rows.empty()) {
    MNEME_RETURN_IF_ERROR(FindContexts(args, loaded, screen, &inspection));
  }
  return inspection;
}

}  // namespace mneme
