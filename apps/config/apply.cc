#include "apps/config/apply.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "apps/config/suggest.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

bool HasInterpolation(const YamlTree& tree) {
  return absl::StrContains(tree.scalar, "${") ||
         std::any_of(tree.items.begin(), tree.items.end(), HasInterpolation);
}

// The field with keys of the user's own that `path` lies in: data.sources for data.sources.books.
const Field* EnclosingMap(const Schema& schema, absl::string_view path) {
  for (const Field& field : schema.fields) {
    if (field.set_entry && absl::StartsWith(path, absl::StrCat(field.path, "."))) return &field;
  }
  return nullptr;
}

class Applier {
 public:
  Applier(const Schema& schema, ConfigReport* report) : schema_(schema), report_(report) {}

  // The entries of `tree`, which is the section `path`.
  absl::Status ApplySection(const std::string& path, const YamlTree& tree) {
    if (tree.kind == YamlTree::Kind::kNull) return absl::OkStatus();
    if (tree.kind != YamlTree::Kind::kMap) {
      return absl::InvalidArgumentError(
          absl::StrCat(tree.place, ": ", path.empty() ? "" : absl::StrCat(path, ": "),
                       "expected keys with values, got ", Shown(tree)));
    }
    for (size_t i = 0; i < tree.keys.size(); ++i) {
      const std::string key = path.empty() ? tree.keys[i] : absl::StrCat(path, ".", tree.keys[i]);
      MNEME_RETURN_IF_ERROR(ApplyKey(key, tree.items[i]));
    }
    return absl::OkStatus();
  }

  // `tree` is the value of the field, section or entry `path`.
  absl::Status ApplyKey(const std::string& path, const YamlTree& tree) {
    if (schema_.IsWithoutEffect(path)) {
      AddWithoutEffect(path);
      return absl::OkStatus();
    }
    if (schema_.IsGroup(path)) return ApplySection(path, tree);
    const Field* const field = schema_.FindField(path);
    const Field* const map = field == nullptr ? EnclosingMap(schema_, path) : nullptr;
    if (field == nullptr && map == nullptr) return Unknown(path, tree);
    if (HasInterpolation(tree)) {
      return absl::InvalidArgumentError(absl::StrCat(
          tree.place, ": ", path, ": ${...} is not supported; write the value itself"));
    }
    if (field != nullptr) return SetField(*field, tree);
    report_->set_keys.insert(map->path);
    return map->set_entry(path.substr(map->path.size() + 1), tree);
  }

 private:
  absl::Status SetField(const Field& field, const YamlTree& tree) {
    // A file may say model: {dim: 8} or model.dim: 8, but not both.
    if (!set_here_.insert(field.path).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(tree.place, ": key '", field.path, "' is given twice; remove one"));
    }
    report_->set_keys.insert(field.path);
    return field.set(tree);
  }

  void AddWithoutEffect(const std::string& path) {
    std::vector<std::string>& listed = report_->without_effect;
    if (std::find(listed.begin(), listed.end(), path) == listed.end()) listed.push_back(path);
  }

  absl::Status Unknown(const std::string& path, const YamlTree& tree) const {
    const std::string nearest = NearestKey(schema_, path);
    return absl::InvalidArgumentError(
        absl::StrCat(tree.place, ": unknown key '", path, "'; ",
                     nearest.empty() ? "--help lists every key"
                                     : absl::StrCat("did you mean '", nearest, "'?")));
  }

  const Schema& schema_;
  ConfigReport* report_;
  std::set<std::string> set_here_;
};

}  // namespace

absl::Status ApplyTree(const Schema& schema, const YamlTree& tree, ConfigReport* report) {
  return Applier(schema, report).ApplySection("", tree);
}

absl::Status ApplyArgument(const Schema& schema, absl::string_view argument, ConfigReport* report) {
  const std::string place = absl::StrCat("argument '", argument, "'");
  const absl::string_view assignment = absl::StripPrefix(argument, "--");
  const size_t equals = assignment.find('=');
  const std::string path(assignment.substr(0, equals));
  const absl::string_view value =
      equals == absl::string_view::npos ? "" : assignment.substr(equals + 1);
  const Field* const field = schema.FindField(path);
  if (equals == absl::string_view::npos) {
    if (field == nullptr && !schema.IsGroup(path)) {
      return Applier(schema, report).ApplyKey(path, YamlTree{.place = place});
    }
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": expected a value, as in ", argument, "=VALUE"));
  }
  YamlTree tree;
  const bool is_null_path = field != nullptr && field->file != nullptr && value == "null";
  if (field != nullptr && field->is_text && !is_null_path) {
    tree = YamlTree::Text(std::string(value));
    tree.place = place;
    report->set_keys.insert(path);
    return field->set(tree);
  }
  MNEME_ASSIGN_OR_RETURN(tree, ParseYamlArgument(value, place));
  return Applier(schema, report).ApplyKey(path, tree);
}

bool IsAssignment(absl::string_view argument) {
  const absl::string_view assignment = absl::StripPrefix(argument, "--");
  const absl::string_view key = assignment.substr(0, assignment.find('='));
  if (key.size() == assignment.size() || key.empty()) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", c);
  });
}

}  // namespace mneme
