#include "data/tokenizer/tokenizer_factory.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

using TokenizerOr = absl::StatusOr<std::shared_ptr<const Tokenizer>>;

struct Kind {
  const char* name;
  TokenizerOr (*make)(const std::string& path);
};

TokenizerOr MakeBytes(const std::string& /*path*/) {
  return std::make_shared<const ByteTokenizer>();
}

constexpr Kind kKinds[] = {{"bytes", MakeBytes}};

}  // namespace

TokenizerOr MakeTokenizer(absl::string_view name, const std::string& path) {
  for (const Kind& kind : kKinds) {
    if (name == kind.name) return kind.make(path);
  }
  const auto append_name = [](std::string* out, const Kind& kind) { out->append(kind.name); };
  return absl::InvalidArgumentError(
      absl::StrCat("data.tokenizer.name: no tokenizer is called '", name,
                   "'; known are: ", absl::StrJoin(kKinds, ", ", append_name)));
}

}  // namespace mneme
