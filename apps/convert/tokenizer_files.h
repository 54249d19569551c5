// The files that a tokenizer is read from.

#ifndef MNEME_APPS_CONVERT_TOKENIZER_FILES_H_
#define MNEME_APPS_CONVERT_TOKENIZER_FILES_H_

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "data/loader/data_config.h"

namespace mneme {

// Copies the tokenizer's file, under the name that Hugging Face gives it, and what lies beside it
// and says which tokens are special, into `folder`, which is made. existing: what becomes of files
// that are there. Returns the copy; bytes, which has no file, as it is.
absl::StatusOr<TokenizerConfig> CopyTokenizer(const TokenizerConfig& tokenizer,
                                              const std::string& folder,
                                              std::filesystem::copy_options existing);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_TOKENIZER_FILES_H_
