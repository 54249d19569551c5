#include "data/tasks/task.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/tasks/readers.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

constexpr absl::string_view kQuestionsBelow = "Answer these questions:\n\n";

std::vector<TaskSpec> MakeTaskSpecs() {
  return {
      {.name = "hellaswag",
       .kind = TaskKind::kChoice,
       .files = {"hellaswag_val*.jsonl"},
       .shot_files = {"hellaswag_train*.jsonl"},
       .layout = "a JSON object a line, with activity_label, ctx_a, ctx_b, endings and label",
       .read = ReadHellaswag},
      {.name = "piqa",
       .kind = TaskKind::kChoice,
       .files = {"piqa_valid.jsonl", "valid.jsonl"},
       .shot_files = {"piqa_train.jsonl", "train.jsonl"},
       .layout =
           "a JSON object a line, with goal, sol1 and sol2, and a file NAME-labels.lst beside "
           "NAME.jsonl with a line of 0 or 1 for each",
       .read = ReadPiqa},
      {.name = "nq_open",
       .kind = TaskKind::kAnswer,
       .files = {"NQ-open.dev.jsonl", "nq_open_dev.jsonl"},
       .shot_files = {"NQ-open.train.jsonl", "nq_open_train.jsonl"},
       .layout = "a JSON object a line, with question and a list answer",
       .read = ReadNaturalQuestions,
       .description = kQuestionsBelow,
       .shot_separator = "\n",
       .shots = 5,
       .drops_articles = true},
      {.name = "triviaqa",
       .kind = TaskKind::kAnswer,
       .files = {"triviaqa_dev.jsonl", "unfiltered-web-dev.json"},
       .shot_files = {"triviaqa_train.jsonl", "unfiltered-web-train.json"},
       .layout =
           "the .json as published, or a JSON object a line, with question and answer.aliases",
       .read = ReadTriviaQa},
      {.name = "arc_easy",
       .kind = TaskKind::kChoice,
       .files = {"ARC-Easy-Test.jsonl"},
       .shot_files = {"ARC-Easy-Train.jsonl"},
       .layout = "a JSON object a line, with question.stem, question.choices and answerKey",
       .read = ReadArc,
       .spare_shots = 0},
      {.name = "arc_challenge",
       .kind = TaskKind::kChoice,
       .files = {"ARC-Challenge-Test.jsonl"},
       .shot_files = {"ARC-Challenge-Train.jsonl"},
       .layout = "a JSON object a line, with question.stem, question.choices and answerKey",
       .read = ReadArc,
       .spare_shots = 0},
      {.name = "lambada",
       .kind = TaskKind::kLastWord,
       .files = {"lambada_test.jsonl", "lambada_test_plain_text.txt"},
       .layout = "a JSON object a line, with text, or in a .txt a text a line",
       .read = ReadLambada},
      {.name = "wikitext",
       .kind = TaskKind::kText,
       .files = {"wiki.test.raw", "wiki.test.tokens", "wikitext2_test.txt"},
       .layout = "articles, each with a first line \" = Title = \"",
       .read = ReadWikitext},
  };
}

// The files of `folder` that `name` fits, in which one * stands for anything.
std::vector<std::string> Matches(const std::string& folder, absl::string_view name) {
  const size_t star = name.find('*');
  const bool is_exact = star == absl::string_view::npos;
  const std::string begin = absl::StrCat(folder, "/", is_exact ? name : name.substr(0, star));
  absl::StatusOr<std::vector<std::string>> paths =
      ListFiles(folder, is_exact ? name : name.substr(star + 1));
  if (!paths.ok()) return {};
  std::erase_if(*paths, [&](const std::string& path) {
    return is_exact ? path != begin : !absl::StartsWith(path, begin);
  });
  return *std::move(paths);
}

}  // namespace

absl::Span<const TaskSpec> TaskSpecs() {
  static const auto& specs = *new std::vector<TaskSpec>(MakeTaskSpecs());
  return specs;
}

const TaskSpec* FindTaskSpec(absl::string_view name) {
  const absl::Span<const TaskSpec> specs = TaskSpecs();
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const TaskSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

absl::StatusOr<std::string> FindTaskFile(absl::string_view task,
                                         absl::Span<const absl::string_view> names,
                                         absl::string_view layout, const std::string& data_dir) {
  for (absl::string_view name : names) {
    for (const std::string& folder : {absl::StrCat(data_dir, "/", task), data_dir}) {
      const std::vector<std::string> found = Matches(folder, name);
      if (found.size() == 1) return found[0];
      if (found.size() > 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "task ", task, ": expected one file ", name, ", found ", absl::StrJoin(found, ", "),
            "; name the one that is meant: {task: ", task, ", file: NAME}"));
      }
    }
  }
  return absl::NotFoundError(
      absl::StrCat("task ", task, ": expected ", absl::StrJoin(names, " or "), " (", layout,
                   ") in ", data_dir, " or ", data_dir, "/", task,
                   ", found none; set harness.data_dir to the folder that holds it"));
}

}  // namespace mneme
