// Completions of held-out prompts, to look at.

#ifndef MNEME_APPS_TRAIN_SAMPLES_H_
#define MNEME_APPS_TRAIN_SAMPLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/model/language_model.h"
#include "data/loader/data_config.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// The beginning of a document that a model is to go on from: up to the first ": " in its bytes 8 to
// 48 (a dictionary's headword), else its first words, 32 bytes or so.
std::string PromptOf(absl::string_view document);

// Prompts of the first `count` held-out documents, fewer if there are fewer.
absl::StatusOr<std::vector<std::string>> HeldOutPrompts(const DataConfig& data, int64_t count);

// A likely continuation, up to max_tokens tokens; one line, the same for the same model and prompt.
std::string Complete(LanguageModel* model, const Tokenizer& tokenizer, const std::string& prompt,
                     int64_t max_tokens);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_SAMPLES_H_
