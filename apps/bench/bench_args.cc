#include "apps/bench/bench_args.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "apps/config/scalar.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// The parts of "8,32" or of [8, 32]; nothing for what is neither.
std::vector<std::string> Parts(const YamlTree& tree) {
  std::vector<std::string> parts;
  if (tree.kind == YamlTree::Kind::kScalar) return absl::StrSplit(tree.scalar, ',');
  for (const YamlTree& item : tree.items) {
    if (tree.kind == YamlTree::Kind::kMap || item.kind != YamlTree::Kind::kScalar) return {};
    parts.push_back(item.scalar);
  }
  return parts;
}

// `read` gives nothing for a part that will not do.
template <typename T, typename Read>
void AddList(Section& s, absl::string_view name, std::string type, std::vector<T>& values,
             Read read, absl::string_view meaning) {
  s.AddReader(
      name, std::move(type), meaning,
      [&values, read](const YamlTree& tree) {
        std::vector<T> found;
        for (const std::string& part : Parts(tree)) {
          const std::optional<T> value = read(absl::StripAsciiWhitespace(part));
          if (!value) return false;
          found.push_back(*value);
        }
        if (found.empty()) return false;
        values = std::move(found);
        return true;
      },
      [&values] { return YamlTree::Text(absl::StrJoin(values, ",")); });
}

template <typename T>
std::optional<T> AtLeast(T min, std::optional<T> value) {
  return value && *value >= min ? value : std::nullopt;
}

}  // namespace

void Describe(Section& s, BenchArgs& c) {
  s.Add("device", c.device, {"auto", "cpu", "cuda"}, "where to run; auto: the GPU if there is one");
  AddThreads(s, c.threads);
  s.Add("repeats", c.repeats, {.min = 1}, "repetitions, of which the median counts");
  s.Add("warmup", c.warmup, {.min = 0}, "repetitions before those that count");
  s.Add("json", c.json, "print the result as one line of JSON");
}

void AddNumbers(Section& s, absl::string_view name, std::vector<double>& values, double min,
                absl::string_view meaning) {
  AddList(
      s, name, absl::StrCat("numbers >= ", min, ", such as 8,32"), values,
      [min](absl::string_view text) { return AtLeast(min, ReadNumber(text)); }, meaning);
}

void AddIntegers(Section& s, absl::string_view name, std::vector<int64_t>& values, int64_t min,
                 absl::string_view meaning) {
  AddList(
      s, name, absl::StrCat("integers >= ", min, ", such as 8,32"), values,
      [min](absl::string_view text) { return AtLeast(min, ReadInteger(text)); }, meaning);
}

void AddNames(Section& s, absl::string_view name, std::vector<std::string>& values,
              absl::string_view meaning) {
  AddList(
      s, name, "names, such as a,b", values,
      [](absl::string_view text) -> std::optional<std::string> {
        if (text.empty()) return std::nullopt;
        return std::string(text);
      },
      meaning);
}

absl::StatusOr<Device> OpenDevice(const BenchArgs& args) {
  SetNumThreads(static_cast<int>(args.threads));
  return ParseDevice(args.device);
}

}  // namespace mneme
