// What a model reads of each document: description, examples, query.

#ifndef MNEME_DATA_TASKS_PROMPTS_H_
#define MNEME_DATA_TASKS_PROMPTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "data/tasks/task.h"

namespace mneme {

constexpr uint64_t kShotSeed = 1234;  // the harness's fewshot_random_seed

// A prompt for each of `documents`, with `shots` examples before its query. The examples are drawn
// from `pool`, for one document after the other from one stream of random.Random(kShotSeed):
// shots + spec.spare_shots of them, of which the document itself is dropped, and what is too many.
// Errors: InvalidArgument if the pool has fewer.
absl::StatusOr<std::vector<std::string>> MakePrompts(const TaskSpec& spec,
                                                     absl::Span<const TaskDocument> documents,
                                                     absl::Span<const TaskDocument> pool,
                                                     int64_t shots);

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_PROMPTS_H_
