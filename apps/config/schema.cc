#include "apps/config/schema.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "apps/config/edit_distance.h"
#include "apps/config/scalar.h"

namespace mneme {
namespace {

bool IsScalar(const YamlTree& tree) { return tree.kind == YamlTree::Kind::kScalar; }
bool IsNull(const YamlTree& tree) { return tree.kind == YamlTree::Kind::kNull; }

// "a number" with its bounds: "a number >= 0 and < 1".
std::string WithBounds(absl::string_view noun, const std::vector<std::string>& bounds) {
  if (bounds.empty()) return std::string(noun);
  return absl::StrCat(noun, " ", absl::StrJoin(bounds, " and "));
}

std::string TypeOf(const IntegerRange& range) {
  std::vector<std::string> bounds;
  if (range.min) bounds.push_back(absl::StrCat(">= ", *range.min));
  if (range.max) bounds.push_back(absl::StrCat("<= ", *range.max));
  std::string type = WithBounds("an integer", bounds);
  if (range.or_value) absl::StrAppend(&type, ", or ", *range.or_value);
  return type;
}

std::string TypeOf(const NumberRange& range) {
  std::vector<std::string> bounds;
  if (range.min) bounds.push_back(absl::StrCat(">= ", *range.min));
  if (range.above) bounds.push_back(absl::StrCat("> ", *range.above));
  if (range.max) bounds.push_back(absl::StrCat("<= ", *range.max));
  if (range.below) bounds.push_back(absl::StrCat("< ", *range.below));
  return WithBounds("a number", bounds);
}

std::optional<int64_t> Read(const YamlTree& tree, const IntegerRange& range) {
  if (!IsScalar(tree)) return std::nullopt;
  const std::optional<int64_t> value = ReadInteger(tree.scalar);
  if (!value || value == range.or_value) return value;
  if ((range.min && *value < *range.min) || (range.max && *value > *range.max)) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> Read(const YamlTree& tree, const NumberRange& range) {
  if (!IsScalar(tree)) return std::nullopt;
  const std::optional<double> value = ReadNumber(tree.scalar);
  if (!value || (range.min && *value < *range.min) || (range.above && *value <= *range.above) ||
      (range.max && *value > *range.max) || (range.below && *value >= *range.below)) {
    return std::nullopt;
  }
  return value;
}

YamlTree TreeOf(int64_t value) { return YamlTree::Plain(absl::StrCat(value)); }
YamlTree TreeOf(double value) { return YamlTree::Plain(NumberText(value)); }

// Stores what was read; false, and nothing stored, if nothing was.
template <class T>
bool Store(const std::optional<T>& read, T* value) {
  if (read) *value = *read;
  return read.has_value();
}

template <class T, class Range>
bool ReadOptional(const YamlTree& tree, const Range& range, std::optional<T>* value) {
  if (IsNull(tree)) {
    value->reset();
    return true;
  }
  T read;
  if (!Store(Read(tree, range), &read)) return false;
  *value = read;
  return true;
}

}  // namespace

const Field* Schema::FindField(absl::string_view path) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [path](const Field& field) { return field.path == path; });
  return found == fields.end() ? nullptr : &*found;
}

bool Schema::IsGroup(absl::string_view path) const {
  return std::any_of(groups.begin(), groups.end(),
                     [path](const Group& group) { return group.path == path; });
}

bool Schema::IsWithoutEffect(absl::string_view path) const {
  return std::any_of(without_effect.begin(), without_effect.end(), [path](const std::string& key) {
    return path == key || absl::StartsWith(path, absl::StrCat(key, "."));
  });
}

absl::Status WrongValue(const Field& field, const YamlTree& tree) {
  return absl::InvalidArgumentError(absl::StrCat(tree.place, tree.place.empty() ? "" : ": ",
                                                 field.path, ": expected ", field.type, ", got ",
                                                 Shown(tree)));
}

namespace {

// WrongValue, with the choice that was probably meant.
absl::Status WrongChoice(const Field& field, const std::vector<std::string>& choices,
                         const YamlTree& tree) {
  const absl::Status error = WrongValue(field, tree);
  const std::string nearest = NearestName(choices, tree.scalar);
  if (nearest.empty()) return error;
  return absl::Status(error.code(), absl::StrCat(error.message(), "; did you mean ", nearest, "?"));
}

}  // namespace

std::string Section::PathOf(absl::string_view name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name);
}

Section Section::Sub(absl::string_view name, absl::string_view meaning) {
  schema_->groups.push_back({PathOf(name), std::string(meaning)});
  return Section(schema_, PathOf(name));
}

Field Section::NewField(absl::string_view name, std::string type, absl::string_view meaning) const {
  return Field{.path = PathOf(name), .type = std::move(type), .meaning = std::string(meaning)};
}

void Section::AddField(Field field) { schema_->fields.push_back(std::move(field)); }

void Section::AddReader(absl::string_view name, std::string type, absl::string_view meaning,
                        std::function<bool(const YamlTree&)> read, std::function<YamlTree()> get) {
  Field field = NewField(name, std::move(type), meaning);
  field.set = [field, read](const YamlTree& tree) {
    return read(tree) ? absl::OkStatus() : WrongValue(field, tree);
  };
  field.get = std::move(get);
  AddField(std::move(field));
}

void Section::Add(absl::string_view name, bool& value, absl::string_view meaning) {
  AddReader(
      name, "true or false", meaning,
      [&value](const YamlTree& tree) {
        return IsScalar(tree) && Store(ReadBool(tree.scalar), &value);
      },
      [&value] { return YamlTree::Plain(value ? "true" : "false"); });
}

void Section::Add(absl::string_view name, int64_t& value, IntegerRange range,
                  absl::string_view meaning) {
  AddReader(
      name, TypeOf(range), meaning,
      [&value, range](const YamlTree& tree) { return Store(Read(tree, range), &value); },
      [&value] { return TreeOf(value); });
}

void Section::Add(absl::string_view name, std::optional<int64_t>& value, IntegerRange range,
                  absl::string_view meaning) {
  AddReader(
      name, absl::StrCat(TypeOf(range), ", or null"), meaning,
      [&value, range](const YamlTree& tree) { return ReadOptional(tree, range, &value); },
      [&value] { return value ? TreeOf(*value) : YamlTree(); });
}

void Section::Add(absl::string_view name, double& value, NumberRange range,
                  absl::string_view meaning) {
  AddReader(
      name, TypeOf(range), meaning,
      [&value, range](const YamlTree& tree) { return Store(Read(tree, range), &value); },
      [&value] { return TreeOf(value); });
}

void Section::Add(absl::string_view name, std::optional<double>& value, NumberRange range,
                  absl::string_view meaning) {
  AddReader(
      name, absl::StrCat(TypeOf(range), ", or null"), meaning,
      [&value, range](const YamlTree& tree) { return ReadOptional(tree, range, &value); },
      [&value] { return value ? TreeOf(*value) : YamlTree(); });
}

void Section::Add(absl::string_view name, std::string& value, absl::string_view meaning) {
  AddText(name, "text", value, meaning);
}

void Section::AddPath(absl::string_view name, std::string& value, absl::string_view meaning) {
  AddText(name, "a path", value, meaning);
  schema_->fields.back().file = &value;
}

void Section::AddText(absl::string_view name, std::string type, std::string& value,
                      absl::string_view meaning) {
  AddReader(
      name, std::move(type), meaning,
      [&value](const YamlTree& tree) {
        if (!IsScalar(tree) && !IsNull(tree)) return false;
        value = tree.scalar;
        return true;
      },
      [&value] { return YamlTree::Text(value); });
  schema_->fields.back().is_text = true;
}

void Section::Add(absl::string_view name, std::vector<std::string>& value,
                  absl::string_view meaning) {
  AddReader(
      name, "a list of texts", meaning,
      [&value](const YamlTree& tree) {
        if (tree.kind == YamlTree::Kind::kMap) return false;
        std::vector<std::string> texts;
        if (IsScalar(tree)) texts.push_back(tree.scalar);
        for (const YamlTree& item : tree.items) {
          if (!IsScalar(item)) return false;
          texts.push_back(item.scalar);
        }
        value = std::move(texts);
        return true;
      },
      [&value] {
        YamlTree list = YamlTree::List();
        for (const std::string& text : value) list.items.push_back(YamlTree::Text(text));
        return list;
      });
}

void Section::Add(absl::string_view name, std::string& value, std::vector<std::string> choices,
                  absl::string_view meaning) {
  AddChoice(
      name, choices, meaning, [&value, choices](size_t i) { value = choices[i]; },
      [&value] { return value; });
}

void Section::AddChoice(absl::string_view name, std::vector<std::string> choices,
                        absl::string_view meaning, std::function<void(size_t)> set,
                        std::function<std::string()> get) {
  Field field = NewField(name, absl::StrCat("one of ", absl::StrJoin(choices, ", ")), meaning);
  field.set = [field, choices, set](const YamlTree& tree) {
    const auto found = std::find(choices.begin(), choices.end(), tree.scalar);
    if (!IsScalar(tree) || found == choices.end()) return WrongChoice(field, choices, tree);
    set(found - choices.begin());
    return absl::OkStatus();
  };
  field.get = [get] { return YamlTree::Text(get()); };
  AddField(std::move(field));
}

void Section::WithoutEffect(const std::vector<std::string>& names) {
  for (const std::string& name : names) schema_->without_effect.push_back(PathOf(name));
}

void AddThreads(Section& s, int64_t& threads) {
  s.Add("threads", threads, {.min = 0, .max = 4096}, "CPU threads; 0: all");
}

}  // namespace mneme
