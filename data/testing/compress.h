// Compressed files for tests.

#ifndef MNEME_DATA_TESTING_COMPRESS_H_
#define MNEME_DATA_TESTING_COMPRESS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// `text` as one gzip member, and as one Zstandard frame with a checksum.
std::string Gzip(absl::string_view text);
std::string Zstd(absl::string_view text);

// As the end of `name` asks for: .gz, .zst, or plain.
std::string CompressFor(absl::string_view name, absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_TESTING_COMPRESS_H_
