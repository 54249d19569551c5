#include "data/tasks/prompts.h"

#include "absl/strings/str_cat.h"
#include "data/tasks/python_random.h"

namespace mneme {

absl::StatusOr<std::vector<std::string>> MakePrompts(const TaskSpec& spec,
                                                     absl::Span<const TaskDocument> documents,
                                                     absl::Span<const TaskDocument> pool,
                                                     int64_t shots) {
  const int64_t drawn = shots > 0 ? shots + spec.spare_shots : 0;
  const int64_t pool_size = static_cast<int64_t>(pool.size());
  if (drawn > pool_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("task ", spec.name, ": num_fewshot = ", shots, " needs ", drawn,
                     " examples to draw from, but the file of examples has ", pool_size,
                     "; lower num_fewshot, or name a longer file as the task's fewshot_file"));
  }
  PythonRandom random(kShotSeed);
  std::vector<std::string> prompts;
  for (const TaskDocument& document : documents) {
    std::string prompt(spec.description);
    int64_t used = 0;
    for (int64_t index : random.Sample(pool_size, drawn)) {
      const TaskDocument& shot = pool[index];
      if (used == shots || shot == document) continue;
      absl::StrAppend(&prompt, shot.query, " ", shot.targets[shot.gold], spec.shot_separator);
      ++used;
    }
    prompts.push_back(absl::StrCat(prompt, document.query));
  }
  return prompts;
}

}  // namespace mneme
