// Whether something large fits, before any of it is allocated.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_MEMORY_CHECK_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_MEMORY_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Bytes this process can still get without swapping: what the machine has available, or what is
// left of a control group's limit if that is less. Unset if the system does not tell.
// `root` is put before /proc and /sys; tests set it.
std::optional<int64_t> AvailableMemoryBytes(absl::string_view root = "");

// Refuses if fewer than bytes_needed are available, and says both numbers. `what` is the subject
// of the sentence: "the value tables".
absl::Status CheckFitsInMemory(int64_t bytes_needed, absl::string_view what,
                               absl::string_view root = "");

// "8.00 GiB", "512 bytes": for messages.
std::string MemorySizeString(int64_t bytes);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_MEMORY_CHECK_H_
