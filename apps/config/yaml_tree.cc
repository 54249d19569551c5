#include "apps/config/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Aliases can make a short text a huge or an endless tree.
constexpr int64_t kMaxDepth = 32;
constexpr int64_t kMaxNodes = 100'000;

// yaml-cpp takes the end of the text for the end of a quoted scalar. This comment is appended, and
// turns up in a scalar whose quote is never closed.
constexpr absl::string_view kEndMark = "\n# ~end of the configuration~\n";
constexpr absl::string_view kEndMarkText = "~end of the configuration~";

bool IsNullText(const std::string& text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

class Converter {
 public:
  // With `is_argument`, `origin` is every node's place; else places are origin:line.
  Converter(absl::string_view text, absl::string_view origin, bool is_argument)
      : n_lines_(std::count(text.begin(), text.end(), '\n') + (absl::EndsWith(text, "\n") ? 0 : 1)),
        origin_(origin),
        is_argument_(is_argument) {}

  absl::StatusOr<YamlTree> Convert(const YAML::Node& node, const std::string& place,
                                   int64_t depth) {
    if (depth > kMaxDepth || ++n_nodes_ > kMaxNodes) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": nested too deeply for a configuration; is an alias endless?"));
    }
    YamlTree tree;
    if (node.IsScalar()) {
      MNEME_RETURN_IF_ERROR(CheckClosed(node));
      const bool quoted = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
      if (quoted || !IsNullText(node.Scalar())) {
        tree = quoted ? YamlTree::Text(node.Scalar()) : YamlTree::Plain(node.Scalar());
      }
    } else if (node.IsSequence()) {
      MNEME_ASSIGN_OR_RETURN(tree, ConvertList(node, place, depth));
    } else if (node.IsMap()) {
      MNEME_ASSIGN_OR_RETURN(tree, ConvertMap(node, depth));
    }
    tree.place = place;
    return tree;
  }

  std::string Place(const YAML::Mark& mark) const {
    if (is_argument_) return origin_;
    const int64_t line = mark.is_null() ? 1 : mark.line + 1;
    return absl::StrCat(origin_, ":", std::min(line, std::max<int64_t>(1, n_lines_)));
  }

  // The place with the column, where that is in the text.
  std::string PlaceWithColumn(const YAML::Mark& mark) const {
    if (is_argument_ || mark.is_null() || mark.line >= n_lines_) return Place(mark);
    return absl::StrCat(Place(mark), ":", mark.column + 1);
  }

 private:
  absl::Status CheckClosed(const YAML::Node& scalar) const {
    if (!absl::StrContains(scalar.Scalar(), kEndMarkText)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        Place(scalar.Mark()), ": not valid YAML: the quote that opens here is never closed"));
  }

  absl::StatusOr<YamlTree> ConvertList(const YAML::Node& node, const std::string& place,
                                       int64_t depth) {
    YamlTree list = YamlTree::List();
    for (const YAML::Node& item : node) {
      const std::string item_place = item.Mark().is_null() ? place : Place(item.Mark());
      MNEME_ASSIGN_OR_RETURN(YamlTree child, Convert(item, item_place, depth + 1));
      list.items.push_back(std::move(child));
    }
    return list;
  }

  absl::StatusOr<YamlTree> ConvertMap(const YAML::Node& node, int64_t depth) {
    YamlTree map = YamlTree::Map();
    std::vector<YamlTree> merged;
    for (const auto& entry : node) {
      const std::string key_place = Place(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        return absl::InvalidArgumentError(
            absl::StrCat(key_place, ": a key must be a word, not a list or a map"));
      }
      MNEME_RETURN_IF_ERROR(CheckClosed(entry.first));
      const std::string& key = entry.first.Scalar();
      MNEME_ASSIGN_OR_RETURN(YamlTree value, Convert(entry.second, key_place, depth + 1));
      if (key == "<<") {
        merged.push_back(std::move(value));
        continue;
      }
      const auto seen = std::find(map.keys.begin(), map.keys.end(), key);
      if (seen != map.keys.end()) {
        const YamlTree& first = map.items[seen - map.keys.begin()];
        return absl::InvalidArgumentError(absl::StrCat(
            key_place, ": key '", key, "' is given twice, first at ", first.place, "; remove one"));
      }
      map.keys.push_back(key);
      map.items.push_back(std::move(value));
    }
    for (const YamlTree& base : merged) MNEME_RETURN_IF_ERROR(Merge(base, &map));
    return map;
  }

  // Adds the entries of `base`, a map or a list of maps, whose keys `map` does not have.
  absl::Status Merge(const YamlTree& base, YamlTree* map) {
    if (base.kind == YamlTree::Kind::kList) {
      for (const YamlTree& item : base.items) MNEME_RETURN_IF_ERROR(Merge(item, map));
      return absl::OkStatus();
    }
    if (base.kind != YamlTree::Kind::kMap) {
      return absl::InvalidArgumentError(
          absl::StrCat(base.place, ": << merges a map or a list of maps, got ", Shown(base)));
    }
    for (size_t i = 0; i < base.keys.size(); ++i) {
      if (std::find(map->keys.begin(), map->keys.end(), base.keys[i]) != map->keys.end()) continue;
      map->keys.push_back(base.keys[i]);
      map->items.push_back(base.items[i]);
    }
    return absl::OkStatus();
  }

  const int64_t n_lines_;
  const std::string origin_;
  const bool is_argument_;
  int64_t n_nodes_ = 0;
};

absl::StatusOr<YamlTree> Parse(absl::string_view text, absl::string_view origin, bool is_argument) {
  Converter converter(text, origin, is_argument);
  try {
    std::vector<YAML::Node> documents = YAML::LoadAll(absl::StrCat(text, kEndMark));
    while (documents.size() > 1 && documents.back().IsNull()) documents.pop_back();
    if (documents.empty()) return YamlTree{.place = converter.Place(YAML::Mark::null_mark())};
    if (documents.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(converter.Place(documents[1].Mark()), ": a second document starts here",
                       " (after ---); a configuration is one document"));
    }
    return converter.Convert(documents[0], converter.Place(documents[0].Mark()), 0);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(converter.PlaceWithColumn(error.mark), ": not valid YAML: ", error.msg));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": not valid YAML: ", error.what()));
  }
}

}  // namespace

YamlTree YamlTree::Text(std::string text) {
  return YamlTree{.kind = Kind::kScalar, .scalar = std::move(text), .is_text = true};
}

YamlTree YamlTree::Plain(std::string text) {
  return YamlTree{.kind = Kind::kScalar, .scalar = std::move(text)};
}

YamlTree YamlTree::List() { return YamlTree{.kind = Kind::kList}; }

YamlTree YamlTree::Map() { return YamlTree{.kind = Kind::kMap}; }

std::string Shown(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::kNull:
      return "null";
    case YamlTree::Kind::kList:
      return "a list";
    case YamlTree::Kind::kMap:
      return "a map";
    case YamlTree::Kind::kScalar:
      break;
  }
  constexpr size_t kLongest = 80;
  const std::string text = absl::StrReplaceAll(tree.scalar, {{"\n", "\\n"}});
  if (text.size() <= kLongest) return absl::StrCat("\"", text, "\"");
  return absl::StrCat("\"", text.substr(0, kLongest), "...\"");
}

absl::StatusOr<YamlTree> ParseYaml(absl::string_view text, absl::string_view origin) {
  return Parse(text, origin, /*is_argument=*/false);
}

absl::StatusOr<YamlTree> ParseYamlArgument(absl::string_view text, absl::string_view place) {
  return Parse(text, place, /*is_argument=*/true);
}

}  // namespace mneme
