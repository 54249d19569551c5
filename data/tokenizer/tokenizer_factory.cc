#include "data/tokenizer/tokenizer_factory.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/tokenizer/byte_tokenizer.h"
#include "data/tokenizer/hf_tokenizer.h"
#include "data/tokenizer/sp_tokenizer.h"
#include "data/tokenizer/tiktoken_file.h"

namespace mneme {
namespace {

using TokenizerOr = absl::StatusOr<std::shared_ptr<const Tokenizer>>;

struct Kind {
  const char* name;
  bool has_file;
  TokenizerOr (*make)(const std::string& path);
};

constexpr Kind kKinds[] = {
    {"bytes", false,
     [](const std::string&) -> TokenizerOr { return std::make_shared<const ByteTokenizer>(); }},
    {"sp", true, [](const std::string& path) -> TokenizerOr { return SpTokenizer::Load(path); }},
    {"tiktoken", true, [](const std::string& path) -> TokenizerOr { return LoadTiktoken(path); }},
    {"hf", true, [](const std::string& path) -> TokenizerOr { return LoadHfTokenizer(path); }},
};

}  // namespace

TokenizerOr MakeTokenizer(absl::string_view name, const std::string& path) {
  for (const Kind& kind : kKinds) {
    if (name != kind.name) continue;
    if (kind.has_file && path.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the tokenizer ", name, " reads a file; set its path"));
    }
    return kind.make(path);
  }
  const auto append_name = [](std::string* out, const Kind& kind) { out->append(kind.name); };
  return absl::InvalidArgumentError(absl::StrCat("no tokenizer is called '", name, "'; known are: ",
                                                 absl::StrJoin(kKinds, ", ", append_name)));
}

}  // namespace mneme
