#include "apps/config/yaml_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "apps/config/scalar.h"

namespace mneme {
namespace {

constexpr size_t kCommentColumn = 40;

// The child of the map `tree` with this key, made if there is none.
YamlTree* Child(YamlTree* tree, absl::string_view key) {
  const auto found = std::find(tree->keys.begin(), tree->keys.end(), key);
  if (found != tree->keys.end()) return &tree->items[found - tree->keys.begin()];
  tree->keys.emplace_back(key);
  tree->items.push_back(YamlTree::Map());
  return &tree->items.back();
}

YamlTree TreeOf(const Schema& schema) {
  YamlTree root = YamlTree::Map();
  for (const Field& field : schema.fields) {
    if (!field.get) continue;
    YamlTree* node = &root;
    for (const absl::string_view part : absl::StrSplit(field.path, '.')) node = Child(node, part);
    *node = field.get();
  }
  return root;
}

std::string DoubleQuoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&quoted, "\\", std::string(1, c));
    } else if (c == '\n') {
      absl::StrAppend(&quoted, "\\n");
    } else if (c == '\t') {
      absl::StrAppend(&quoted, "\\t");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&quoted, "\\u%04x", c);
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "\"";
}

bool IsEmptyOrScalar(const YamlTree& tree) {
  return tree.items.empty() || tree.kind == YamlTree::Kind::kScalar;
}

bool IsListOfScalars(const YamlTree& tree) {
  return tree.kind == YamlTree::Kind::kList &&
         std::all_of(tree.items.begin(), tree.items.end(), IsEmptyOrScalar);
}

// Writes block YAML, and for each field that the schema knows its meaning.
class BlockWriter {
 public:
  explicit BlockWriter(const Schema& schema) : schema_(schema) {}

  void Map(const YamlTree& map, const std::string& path, const std::string& indent) {
    for (size_t i = 0; i < map.keys.size(); ++i) {
      const std::string key_path = path.empty() ? map.keys[i] : path + "." + map.keys[i];
      const YamlTree& value = map.items[i];
      const std::string key = absl::StrCat(indent, QuotedIfNeeded(map.keys[i]), ":");
      if (IsEmptyOrScalar(value) || IsListOfScalars(value)) {
        Line(absl::StrCat(key, " ", FlowYaml(value)), key_path);
        continue;
      }
      Line(key, key_path);
      if (value.kind == YamlTree::Kind::kMap) {
        Map(value, key_path, indent + "  ");
      } else {
        for (const YamlTree& item : value.items) {
          Line(absl::StrCat(indent, "  - ", FlowYaml(item)), "");
        }
      }
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void Line(std::string line, const std::string& path) {
    const Field* const field = schema_.FindField(path);
    if (field != nullptr && !field->meaning.empty()) {
      line.resize(std::max(line.size() + 2, kCommentColumn), ' ');
      absl::StrAppend(&line, "# ", field->meaning);
    }
    absl::StrAppend(&text_, line, "\n");
  }

  const Schema& schema_;
  std::string text_;
};

void AppendJson(const YamlTree& tree, const std::string& indent, std::string* json) {
  if (tree.kind == YamlTree::Kind::kNull) {
    absl::StrAppend(json, "null");
  } else if (tree.kind == YamlTree::Kind::kScalar) {
    absl::StrAppend(json, tree.is_text ? DoubleQuoted(tree.scalar) : tree.scalar);
  } else {
    const bool is_map = tree.kind == YamlTree::Kind::kMap;
    absl::StrAppend(json, is_map ? "{" : "[");
    for (size_t i = 0; i < tree.items.size(); ++i) {
      absl::StrAppend(json, i > 0 ? ",\n" : "\n", indent, "  ");
      if (is_map) absl::StrAppend(json, DoubleQuoted(tree.keys[i]), ": ");
      AppendJson(tree.items[i], indent + "  ", json);
    }
    if (!tree.items.empty()) absl::StrAppend(json, "\n", indent);
    absl::StrAppend(json, is_map ? "}" : "]");
  }
}

}  // namespace

std::string WriteYaml(const Schema& schema) {
  BlockWriter writer(schema);
  writer.Map(TreeOf(schema), "", "");
  return writer.Take();
}

std::string WriteJson(const Schema& schema) {
  std::string json;
  AppendJson(TreeOf(schema), "", &json);
  return json + "\n";
}

std::string FlowYaml(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::kNull:
      return "null";
    case YamlTree::Kind::kScalar:
      return tree.is_text ? QuotedIfNeeded(tree.scalar) : tree.scalar;
    case YamlTree::Kind::kList:
    case YamlTree::Kind::kMap:
      break;
  }
  std::vector<std::string> parts;
  for (size_t i = 0; i < tree.items.size(); ++i) {
    const std::string key = i < tree.keys.size() ? QuotedIfNeeded(tree.keys[i]) + ": " : "";
    parts.push_back(key + FlowYaml(tree.items[i]));
  }
  const bool is_map = tree.kind == YamlTree::Kind::kMap;
  return absl::StrCat(is_map ? "{" : "[", absl::StrJoin(parts, ", "), is_map ? "}" : "]");
}

std::string QuotedIfNeeded(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  const bool is_word =
      !text.empty() && !absl::ascii_isdigit(text[0]) && text[0] != '-' &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '/' || c == '.';
      });
  const bool means_something = lower == "null" || lower == "y" || lower == "n" ||
                               ReadBool(text).has_value() || ReadNumber(text).has_value() ||
                               lower == ".nan" || lower == ".inf";
  return is_word && !means_something ? std::string(text) : DoubleQuoted(text);
}

}  // namespace mneme
