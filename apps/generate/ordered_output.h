// Texts that grow side by side, written one behind the other.

#ifndef MNEME_APPS_GENERATE_ORDERED_OUTPUT_H_
#define MNEME_APPS_GENERATE_ORDERED_OUTPUT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Where text goes. An error ends the work.
using TextSink = std::function<absl::Status(absl::string_view text)>;

// The first text that has not ended is written as it comes; those behind it wait for it. So what
// comes out does not depend on which text was quicker. Errors: those of `write`.
class OrderedOutput {
 public:
  OrderedOutput(int64_t count, TextSink write) : texts_(count), write_(std::move(write)) {}

  absl::Status Append(int64_t i, absl::string_view text);
  absl::Status End(int64_t i);

 private:
  struct Text {
    std::string waiting;
    bool has_ended = false;
  };

  std::vector<Text> texts_;
  TextSink write_;
  size_t first_ = 0;  // that has not ended
};

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_ORDERED_OUTPUT_H_
