// What a run needs besides tensors to go on where it was.

#ifndef MNEME_APPS_CHECKPOINT_RUN_STATE_H_
#define MNEME_APPS_CHECKPOINT_RUN_STATE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// The keys are the program's own: counts["optimizer.updates"], texts["loader"].
struct RunState {
  int64_t step = 0;                          // optimizer steps done
  std::map<std::string, int64_t> counts;     // step counts, tokens seen, positions of generators
  std::map<std::string, double> numbers;     // every bit comes back, but NaN loses its payload
  std::map<std::string, std::string> texts;  // UTF-8, such as JSON of other parts
};

// Errors: a text that is no UTF-8.
absl::StatusOr<std::string> RunStateToJson(const RunState& state);

// The inverse. Errors, whose text follows "'PATH' ": no such JSON.
absl::StatusOr<RunState> RunStateFromJson(absl::string_view json);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_RUN_STATE_H_
