// Completions of held-out prompts, to look at.

#ifndef MNEME_APPS_TRAIN_SAMPLES_H_
#define MNEME_APPS_TRAIN_SAMPLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/model/language_model.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// For each of the first config.validation.samples held-out documents, fewer if there are fewer, a
// line: how it begins, " |", and a likely continuation, the same for the same model and document.
// It begins with what comes before the first ": " in its bytes 8 to 48 (a dictionary's headword),
// else with its first words, 32 bytes or so. Errors: those of the data.
absl::StatusOr<std::vector<std::string>> HeldOutSamples(const TrainConfig& config,
                                                        const Tokenizer& tokenizer,
                                                        LanguageModel* model);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_SAMPLES_H_
