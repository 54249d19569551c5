// The program //apps:prepare_data, without its main.

#ifndef MNEME_APPS_PREPARE_DATA_RUN_H_
#define MNEME_APPS_PREPARE_DATA_RUN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "apps/prepare_data/args.h"
#include "apps/progress/screen.h"

namespace mneme {

// Shuffles the documents of `inputs` (inputs.h) into root_dir/SOURCE:
//   SOURCE.chunk.00.jsonl ...   for training, {"text": TEXT} a line
//   SOURCE.val.jsonl            held out
//   prepare.json                what they were made from
// The folder is root_dir/SOURCE.partial until all of it is there. Whoever was interrupted, killed
// or out of disk space, and calls again with the same arguments, goes on: at most a run's or a
// chunk's worth of work is lost. The result is a function of the inputs, the seed, and the sizes of
// chunks and validation file.
// Errors: a source name that is no folder's; a folder that is there already, or begun with other
// settings or inputs; another process in it; those of FindInputs, SortInputs and MergeRuns.
absl::Status PrepareData(const PrepareArgs& args, const std::vector<std::string>& inputs,
                         Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_RUN_H_
