// A YAML document as a plain tree whose every node knows where it was written. yaml-cpp, and the
// exceptions it throws, stay behind ParseYaml.

#ifndef MNEME_APPS_CONFIG_YAML_TREE_H_
#define MNEME_APPS_CONFIG_YAML_TREE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

struct YamlTree {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string scalar;             // kScalar: the text, unquoted
  bool is_text = false;           // kScalar: was quoted, so a string even if it looks like a number
  std::vector<std::string> keys;  // kMap: keys[i] belongs to items[i]; no key comes twice
  std::vector<YamlTree> items;    // kMap and kList
  std::string place;  // "run.yaml:12", of its key where it has one; or "argument 'a.b=c'"

  static YamlTree Text(std::string text);   // a string
  static YamlTree Plain(std::string text);  // a number or a boolean
  static YamlTree List();
  static YamlTree Map();
};

// What a reader of an error message should see of `tree`: "null", "a list", or the scalar in
// double quotes.
std::string Shown(const YamlTree& tree);

// Parses one document; `origin` is what messages call it. An empty document is null. Merge keys
// (<<) and aliases are resolved. Errors, each with origin:line:column or origin:line: text that
// is not YAML, a key given twice, more than one document, nesting beyond any configuration's.
absl::StatusOr<YamlTree> ParseYaml(absl::string_view text, absl::string_view origin);

// The same for the value of a command-line argument; every node's place is `place`.
absl::StatusOr<YamlTree> ParseYamlArgument(absl::string_view text, absl::string_view place);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_YAML_TREE_H_
