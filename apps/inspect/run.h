// The program //apps:inspect, without its main.

#ifndef MNEME_APPS_INSPECT_RUN_H_
#define MNEME_APPS_INSPECT_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/config/schema.h"
#include "apps/eval/model_args.h"
#include "apps/inspect/inspection.h"
#include "apps/progress/screen.h"
#include "data/loader/data_config.h"

namespace mneme {

struct InspectArgs {
  ModelArgs model;
  std::string prompt;
  std::string prompts;  // a file; "": none
  int64_t top = 4;
  std::vector<int64_t> rows;
  std::string corpus;
  int64_t contexts = 5;
  int64_t max_documents = 1000;
  std::string wordnet_dir = DataConfig().wordnet_dir;
  bool json = false;
  std::string html;  // a file; "": none
};

void Describe(Section& section, InspectArgs& args);

// What there is to inspect is said: prompts, or rows and a corpus, which rows need; a page shows
// prompts.
absl::Status CheckInspectArgs(const InspectArgs& args, bool has_prompt);

// Loads the model, looks at the prompts and, for rows, through the corpus, whose progress goes to
// `screen`. Errors: those of LoadModel, ReadPrompts and the corpus; a model without memory layers,
// and rows that its tables do not have.
absl::StatusOr<Inspection> Inspect(const InspectArgs& args, bool has_prompt, Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_INSPECT_RUN_H_
