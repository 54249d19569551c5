#include "apps/config/eval_schema.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/config/apply.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// hellaswag, or {task: nq_open, num_fewshot: 5}.
absl::StatusOr<HarnessTask> ReadTask(const Field& tasks, const YamlTree& tree) {
  HarnessTask task;
  if (tree.kind == YamlTree::Kind::kScalar) {
    task.task = tree.scalar;
    return task;
  }
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

YamlTree TreeOf(const HarnessTask& task) {
  if (!task.num_fewshot && !task.limit) return YamlTree::Text(task.task);
  YamlTree map = YamlTree::Map();
  const auto add = [&map](const std::string& key, YamlTree value) {
    map.keys.push_back(key);
    map.items.push_back(std::move(value));
  };
  add("task", YamlTree::Text(task.task));
  if (task.num_fewshot) add("num_fewshot", YamlTree::Plain(absl::StrCat(*task.num_fewshot)));
  if (task.limit) add("limit", YamlTree::Plain(absl::StrCat(*task.limit)));
  return map;
}

void AddTasks(Section& s, std::vector<HarnessTask>& tasks) {
  Field field = s.NewField("tasks", "a list of names and maps such as {task: piqa, limit: 100}",
                           "what to evaluate");
  field.set = [&tasks, field](const YamlTree& tree) -> absl::Status {
    const bool is_list = tree.kind == YamlTree::Kind::kList;
    if (!is_list && tree.kind != YamlTree::Kind::kNull) return WrongValue(field, tree);
    std::vector<HarnessTask> read;
    for (const YamlTree& item : tree.items) {
      MNEME_ASSIGN_OR_RETURN(HarnessTask task, ReadTask(field, item));
      read.push_back(std::move(task));
    }
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
}

void Describe(Section& s, GeneratorConfig& c) {
  s.Add("max_tokens", c.max_tokens, {.min = 1}, "tokens that go through the model at once");
  s.Add("max_gen_len", c.max_gen_len, {.min = 1}, "tokens a completion may have");
  s.Add(
      "dtype", c.dtype,
      {{"bf16", ComputeDtype::kBf16}, {"fp16", ComputeDtype::kFp16}, {"fp32", ComputeDtype::kFp32}},
      "precision of the computation");
  s.Add("temperature", c.temperature, {.min = 0}, "0 takes the likeliest token");
  s.Add("top_p", c.top_p, {.above = 0, .max = 1}, "draw from the likeliest tokens of this mass");
  s.Add("top_k", c.top_k, {.min = 1}, "draw from this many likeliest tokens");
  s.Add("until", c.until, "texts that end a completion");
  s.WithoutEffect({"max_prompt_len", "compile_prefilling", "reduce_generation_overhead",
                   "show_progress", "device"});
}

void Describe(Section& s, EvalConfig& c) {
  Section generator = s.Sub("generator", "how evaluations complete text");
  Describe(generator, c.generator);
  Section harness = s.Sub("harness", "tasks in the manner of the LM evaluation harness");
  AddTasks(harness, c.harness.tasks);
  harness.Add("num_fewshot", c.harness.num_fewshot, {.min = 0},
              "examples before each question; null: each task's own");
  harness.Add("limit", c.harness.limit, {.min = 1}, "only the first documents of each task");
  harness.WithoutEffect(
      {"device", "use_cache", "cache_requests", "rewrite_requests_cache", "delete_requests_cache",
       "bootstrap_iters", "check_integrity", "write_out", "log_samples", "system_instruction",
       "apply_chat_template", "fewshot_as_multiturn", "gen_kwargs", "verbosity", "predict_only",
       "random_seed", "numpy_random_seed", "torch_random_seed", "fewshot_random_seed"});
  s.WithoutEffect({"name", "dump_dir", "metric_log_dir", "ckpt_dir", "global_step", "wandb",
                   "validation", "dataset_dir"});
}

}  // namespace mneme
