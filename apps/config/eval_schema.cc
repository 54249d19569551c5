#include "apps/config/eval_schema.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "apps/config/apply.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// {task: nq_open, num_fewshot: 5}
absl::StatusOr<HarnessTask> ReadTask(const Field& tasks, const YamlTree& tree) {
  HarnessTask task;
  if (tree.kind != YamlTree::Kind::kMap) return WrongValue(tasks, tree);
  // Messages call its keys eval.harness.tasks.KEY.
  Schema schema;
  Section root(&schema, "");
  Section section = root.Sub(tasks.path, "");
  Describe(section, task);
  YamlTree nested = YamlTree::Map();
  nested.keys.push_back(tasks.path);
  nested.items.push_back(tree);
  ConfigReport report;
  MNEME_RETURN_IF_ERROR(ApplyTree(schema, nested, &report));
  if (task.task.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(tree.place, ": ", tasks.path, ": expected a key 'task' in each map"));
  }
  return task;
}

// A name, several with commas between them, or a map.
absl::Status ReadTasks(const Field& tasks, const YamlTree& tree, std::vector<HarnessTask>* read) {
  if (tree.kind != YamlTree::Kind::kScalar) {
    MNEME_ASSIGN_OR_RETURN(HarnessTask task, ReadTask(tasks, tree));
    read->push_back(std::move(task));
    return absl::OkStatus();
  }
  for (absl::string_view name : absl::StrSplit(tree.scalar, ',')) {
    name = absl::StripAsciiWhitespace(name);
    if (name.empty()) return WrongValue(tasks, tree);
    read->push_back({.task = std::string(name)});
  }
  return absl::OkStatus();
}

YamlTree TreeOf(const HarnessTask& task) {
  const bool has_only_its_name =
      !task.num_fewshot && !task.limit && task.file.empty() && task.fewshot_file.empty();
  if (has_only_its_name) return YamlTree::Text(task.task);
  YamlTree map = YamlTree::Map();
  const auto add = [&map](const std::string& key, YamlTree value) {
    map.keys.push_back(key);
    map.items.push_back(std::move(value));
  };
  add("task", YamlTree::Text(task.task));
  if (task.num_fewshot) add("num_fewshot", YamlTree::Plain(absl::StrCat(*task.num_fewshot)));
  if (task.limit) add("limit", YamlTree::Plain(absl::StrCat(*task.limit)));
  if (!task.file.empty()) add("file", YamlTree::Text(task.file));
  if (!task.fewshot_file.empty()) add("fewshot_file", YamlTree::Text(task.fewshot_file));
  return map;
}

void AddTasks(Section& s, std::vector<HarnessTask>& tasks) {
  Field field = s.NewField(
      "tasks", "names with commas, or a list of names and maps such as {task: piqa, limit: 100}",
      "what to evaluate; in a map also num_fewshot, file and fewshot_file");
  field.set = [&tasks, field](const YamlTree& tree) -> absl::Status {
    std::vector<HarnessTask> read;
    if (tree.kind == YamlTree::Kind::kScalar) {
      MNEME_RETURN_IF_ERROR(ReadTasks(field, tree, &read));
    } else if (tree.kind != YamlTree::Kind::kList && tree.kind != YamlTree::Kind::kNull) {
      return WrongValue(field, tree);
    }
    for (const YamlTree& item : tree.items) MNEME_RETURN_IF_ERROR(ReadTasks(field, item, &read));
    tasks = std::move(read);
    return absl::OkStatus();
  };
  field.get = [&tasks] {
    YamlTree list = YamlTree::List();
    for (const HarnessTask& task : tasks) list.items.push_back(TreeOf(task));
    return list;
  };
  s.AddField(std::move(field));
}

}  // namespace

void Describe(Section& s, HarnessTask& c) {
  s.Add("task", c.task, "its name");
  s.Add("num_fewshot", c.num_fewshot, {.min = 0}, "examples before each question");
  s.Add("limit", c.limit, {.min = 1}, "only the first documents");
  s.AddPath("file", c.file, "of the documents");
  s.AddPath("fewshot_file", c.fewshot_file, "of the examples");
}

void Describe(Section& s, GeneratorConfig& c) {
  s.Add("max_tokens", c.max_tokens, {.min = 1, .max = kMaxTokens},
        "tokens that go through the model at once");
  s.Add("max_gen_len", c.max_gen_len, {.min = 1, .max = kMaxTokens}, "tokens an answer may have");
  s.WithoutEffect({"dtype", "temperature", "top_p", "top_k", "until", "max_prompt_len",
                   "compile_prefilling", "reduce_generation_overhead", "show_progress", "device"});
}

void Describe(Section& s, HarnessConfig& c) {
  AddTasks(s, c.tasks);
  s.AddPath("data_dir", c.data_dir, "folder of the tasks' files; \"\": the current one");
  s.Add("num_fewshot", c.num_fewshot, {.min = 0},
        "examples before each question; null: each task's own");
  s.Add("limit", c.limit, {.min = 1},
        "only the first documents of each task; of val, about as many sequences");
  s.WithoutEffect({"device", "use_cache", "cache_requests", "rewrite_requests_cache",
                   "delete_requests_cache", "bootstrap_iters", "check_integrity", "write_out",
                   "log_samples", "system_instruction", "apply_chat_template",
                   "fewshot_as_multiturn", "gen_kwargs", "verbosity", "predict_only", "random_seed",
                   "numpy_random_seed", "torch_random_seed", "fewshot_random_seed"});
}

void Describe(Section& s, EvalConfig& c) {
  Section generator = s.Sub("generator", "how evaluations go through the model");
  Describe(generator, c.generator);
  Section harness = s.Sub("harness", "tasks in the manner of the LM evaluation harness");
  Describe(harness, c.harness);
  s.WithoutEffect({"name", "dump_dir", "metric_log_dir", "ckpt_dir", "global_step", "wandb",
                   "validation", "dataset_dir"});
}

}  // namespace mneme
