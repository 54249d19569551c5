// The schema of a configuration struct: for each of its fields a key, a meaning and a range.
// Parsing, defaults, --help, suggestions and the written config.yaml all come from it.
//
// A struct stays plain; a function beside it, found by its argument, describes it:
//
//   void Describe(Section& s, GenerateConfig& c) {
//     s.AddPath("ckpt_dir", c.ckpt_dir, "checkpoint to complete with");
//     s.Add("temperature", c.temperature, {.min = 0}, "0 picks the likeliest token");
//   }
//
// A schema refers into the struct it was made from, which must outlive it and not move.

#ifndef MNEME_APPS_CONFIG_SCHEMA_H_
#define MNEME_APPS_CONFIG_SCHEMA_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "apps/config/yaml_tree.h"

namespace mneme {

struct IntegerRange {
  std::optional<int64_t> min;
  std::optional<int64_t> max;
  std::optional<int64_t> or_value;  // one value outside the range, such as -1
};

struct NumberRange {
  std::optional<double> min;    // value >= min
  std::optional<double> above;  // value > above
  std::optional<double> max;    // value <= max
  std::optional<double> below;  // value < below
};

// The most that a key may ask for in tokens of a sequence or of a batch: no use comes near, and
// products of sizes stay inside int64_t.
constexpr int64_t kMaxTokens = int64_t{1} << 24;

struct Field {
  std::string path;             // "model.dim"
  std::string type;             // "an integer >= 1"
  std::string meaning;          // one line
  bool is_text = false;         // a command-line value is taken as it stands, not as YAML
  std::string* file = nullptr;  // the value, where it is a file or a folder
  std::function<absl::Status(const YamlTree&)> set;
  std::function<YamlTree()> get;  // null for a key that takes one value only
  // Where the value is a map of the user's own keys: sets one of them.
  std::function<absl::Status(const std::string& key, const YamlTree&)> set_entry;
};

struct Schema {
  struct Group {
    std::string path;  // "model"; "" is the whole
    std::string meaning;
  };

  std::vector<Field> fields;
  std::vector<Group> groups;
  std::vector<std::string> without_effect;  // paths of keys and of whole sections

  const Field* FindField(absl::string_view path) const;
  bool IsGroup(absl::string_view path) const;
  bool IsWithoutEffect(absl::string_view path) const;  // or inside a section that is
};

// "run.yaml:3: model.dim: expected an integer >= 1, got "abc"".
absl::Status WrongValue(const Field& field, const YamlTree& tree);

// One level of keys, while a Describe function fills the schema.
class Section {
 public:
  Section(Schema* schema, std::string path) : schema_(schema), path_(std::move(path)) {}

  // The section `name` inside this one.
  Section Sub(absl::string_view name, absl::string_view meaning);

  void Add(absl::string_view name, bool& value, absl::string_view meaning);
  void Add(absl::string_view name, int64_t& value, IntegerRange range, absl::string_view meaning);
  void Add(absl::string_view name, std::optional<int64_t>& value, IntegerRange range,
           absl::string_view meaning);
  void Add(absl::string_view name, double& value, NumberRange range, absl::string_view meaning);
  void Add(absl::string_view name, std::optional<double>& value, NumberRange range,
           absl::string_view meaning);
  void Add(absl::string_view name, std::string& value, absl::string_view meaning);
  void Add(absl::string_view name, std::vector<std::string>& value, absl::string_view meaning);
  // Text that must be one of `choices`.
  void Add(absl::string_view name, std::string& value, std::vector<std::string> choices,
           absl::string_view meaning);
  // An enumeration, by the names of its values.
  template <class Enum>
  void Add(absl::string_view name, Enum& value, std::vector<std::pair<std::string, Enum>> choices,
           absl::string_view meaning);

  // A file or a folder; null is "". Relative ones are resolved by ParseArgs (user_path.h).
  void AddPath(absl::string_view name, std::string& value, absl::string_view meaning);

  // A value of another kind: `read` sets it, or returns false where what is written is not `type`.
  void AddReader(absl::string_view name, std::string type, absl::string_view meaning,
                 std::function<bool(const YamlTree&)> read, std::function<YamlTree()> get);

  // Anything else: NewField makes a field without its functions, AddField takes the whole.
  Field NewField(absl::string_view name, std::string type, absl::string_view meaning) const;
  void AddField(Field field);

  // Keys, or sections with all inside them, that are accepted and then only listed.
  void WithoutEffect(const std::vector<std::string>& names);

 private:
  std::string PathOf(absl::string_view name) const;
  void AddText(absl::string_view name, std::string type, std::string& value,
               absl::string_view meaning);
  void AddChoice(absl::string_view name, std::vector<std::string> choices,
                 absl::string_view meaning, std::function<void(size_t)> set,
                 std::function<std::string()> get);

  Schema* schema_;
  std::string path_;
};

// The key `threads`, which programs have in common.
void AddThreads(Section& s, int64_t& threads);

// The schema of `config`, whose Describe function is found by its type.
template <class Config>
Schema SchemaOf(Config& config) {
  Schema schema;
  schema.groups.push_back({"", ""});
  Section root(&schema, "");
  Describe(root, config);
  return schema;
}

template <class Enum>
void Section::Add(absl::string_view name, Enum& value,
                  std::vector<std::pair<std::string, Enum>> choices, absl::string_view meaning) {
  std::vector<std::string> names;
  for (const auto& choice : choices) names.push_back(choice.first);
  AddChoice(
      name, std::move(names), meaning, [&value, choices](size_t i) { value = choices[i].second; },
      [&value, choices] {
        for (const auto& [choice, named] : choices) {
          if (named == value) return choice;
        }
        return std::string();
      });
}

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_SCHEMA_H_
