#include "apps/config/apply.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace mneme {
namespace {

enum class Color { kRed, kBlue };

struct Config {
  std::string name;
  std::string file;
  int64_t steps = 10;
  int64_t size = -1;
  std::optional<int64_t> heads;
  double lr = 0.5;
  std::optional<double> rate;
  bool fast = false;
  Color color = Color::kRed;
  std::string kind = "a";
  std::vector<std::string> until;
};

void Describe(Section& s, Config& c) {
  s.Add("name", c.name, "a name");
  s.AddPath("file", c.file, "a file");
  s.Add("steps", c.steps, {.min = 1, .max = 100}, "steps");
  Section sub = s.Sub("sub", "a section");
  sub.Add("size", c.size, {.min = 2, .or_value = -1}, "a size");
  sub.Add("heads", c.heads, {.min = 1}, "heads");
  sub.Add("lr", c.lr, {.above = 0, .max = 1}, "a rate");
  sub.Add("rate", c.rate, {.min = 0, .below = 1}, "another");
  sub.Add("fast", c.fast, "speed");
  sub.Add("color", c.color, {{"red", Color::kRed}, {"blue", Color::kBlue}}, "a color");
  sub.Add("kind", c.kind, {"a", "b"}, "a kind");
  sub.Add("until", c.until, "texts");
  sub.WithoutEffect({"compile"});
  s.WithoutEffect({"env"});
}

class ApplyTest : public ::testing::Test {
 protected:
  std::string ApplyYaml(absl::string_view text) {
    const absl::StatusOr<YamlTree> tree = ParseYaml(text, "run.yaml");
    EXPECT_TRUE(tree.ok()) << tree.status();
    return std::string(ApplyTree(SchemaOf(config_), *tree, &report_).message());
  }

  std::string Apply(absl::string_view argument) {
    return std::string(ApplyArgument(SchemaOf(config_), argument, &report_).message());
  }

  Config config_;
  ConfigReport report_;
};

TEST_F(ApplyTest, SetsEveryKindOfField) {
  EXPECT_EQ(ApplyYaml("name: 373_x\nfile: a/b\nsteps: 1_0\nsub:\n  size: \"4\"\n  heads: 2\n"
                      "  lr: 1e-4\n  rate: 0\n  fast: True\n  color: blue\n  kind: b\n"
                      "  until: [\"\\n\", .]\n"),
            "");
  EXPECT_EQ(config_.name, "373_x");
  EXPECT_EQ(config_.file, "a/b");
  EXPECT_EQ(config_.steps, 10);
  EXPECT_EQ(config_.size, 4);
  EXPECT_EQ(config_.heads, 2);
  EXPECT_EQ(config_.lr, 1e-4);
  EXPECT_EQ(config_.rate, 0.0);
  EXPECT_TRUE(config_.fast);
  EXPECT_EQ(config_.color, Color::kBlue);
  EXPECT_EQ(config_.kind, "b");
  EXPECT_EQ(config_.until, (std::vector<std::string>{"\n", "."}));
  EXPECT_TRUE(report_.set_keys.contains("sub.heads"));
}

TEST_F(ApplyTest, RangesHaveTheirEnds) {
  for (const char* text :
       {"steps: 1", "steps: 100", "sub: {size: 2}", "sub: {size: -1}", "sub: {lr: 1}",
        "sub: {lr: 1e-300}", "sub: {rate: 0}", "sub: {rate: 0.999}"}) {
    EXPECT_EQ(ApplyYaml(text), "") << text;
  }
}

TEST_F(ApplyTest, NullClearsWhatMayBeUnset) {
  config_.heads = 3;
  config_.rate = 0.1;
  config_.name = config_.file = "x";
  config_.until = {"x"};
  EXPECT_EQ(ApplyYaml("name: null\nfile: ~\nsub: {heads: null, rate: , until: null, size: -1}"),
            "");
  EXPECT_FALSE(config_.heads || config_.rate);
  EXPECT_EQ(config_.name + config_.file, "");
  EXPECT_TRUE(config_.until.empty());
  EXPECT_EQ(ApplyYaml("sub: null"), "");
}

TEST_F(ApplyTest, AWrongValueSaysWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(ApplyYaml("steps: abc"),
            "run.yaml:1: steps: expected an integer >= 1 and <= 100, got \"abc\"");
  EXPECT_EQ(ApplyYaml("name: x\nsteps: 0"),
            "run.yaml:2: steps: expected an integer >= 1 and <= 100, got \"0\"");
  EXPECT_EQ(ApplyYaml("steps: 101"),
            "run.yaml:1: steps: expected an integer >= 1 and <= 100, got \"101\"");
  EXPECT_EQ(ApplyYaml("steps: null"),
            "run.yaml:1: steps: expected an integer >= 1 and <= 100, got null");
  EXPECT_EQ(ApplyYaml("sub:\n  size: 1"),
            "run.yaml:2: sub.size: expected an integer >= 2, or -1, got \"1\"");
  EXPECT_EQ(ApplyYaml("sub:\n  heads: {a: 1}"),
            "run.yaml:2: sub.heads: expected an integer >= 1, or null, got a map");
  EXPECT_EQ(ApplyYaml("sub: {lr: 0}"),
            "run.yaml:1: sub.lr: expected a number > 0 and <= 1, got \"0\"");
  EXPECT_EQ(ApplyYaml("sub: {lr: 1.5}"),
            "run.yaml:1: sub.lr: expected a number > 0 and <= 1, got \"1.5\"");
  EXPECT_EQ(ApplyYaml("sub: {rate: 1}"),
            "run.yaml:1: sub.rate: expected a number >= 0 and < 1, or null, got \"1\"");
  EXPECT_EQ(ApplyYaml("sub: {rate: .nan}"),
            "run.yaml:1: sub.rate: expected a number >= 0 and < 1, or null, got \".nan\"");
  EXPECT_EQ(ApplyYaml("sub: {fast: maybe}"),
            "run.yaml:1: sub.fast: expected true or false, got \"maybe\"");
  EXPECT_EQ(ApplyYaml("sub: {color: green}"),
            "run.yaml:1: sub.color: expected one of red, blue, got \"green\"");
  EXPECT_EQ(ApplyYaml("sub: {kind: c}"), "run.yaml:1: sub.kind: expected one of a, b, got \"c\"");
  EXPECT_EQ(ApplyYaml("sub: {until: [[a]]}"),
            "run.yaml:1: sub.until: expected a list of texts, got a list");
  EXPECT_EQ(ApplyYaml("name: [a]"), "run.yaml:1: name: expected text, got a list");
  EXPECT_EQ(ApplyYaml("file: {a: b}"), "run.yaml:1: file: expected a path, got a map");
}

TEST_F(ApplyTest, AnUnknownKeySaysWhereAndWhatWasMeant) {
  EXPECT_EQ(ApplyYaml("name: x\nsub:\n  sise: 3\n"),
            "run.yaml:3: unknown key 'sub.sise'; did you mean 'sub.size'?");
  EXPECT_EQ(ApplyYaml("heads: 3"), "run.yaml:1: unknown key 'heads'; did you mean 'sub.heads'?");
  EXPECT_EQ(ApplyYaml("quux: 3"), "run.yaml:1: unknown key 'quux'; --help lists every key");
  EXPECT_EQ(ApplyYaml("steps: 3\nsteps.x: 3"),
            "run.yaml:2: unknown key 'steps.x'; --help lists every key");
}

TEST_F(ApplyTest, SectionsAreMaps) {
  EXPECT_EQ(ApplyYaml("[a, b]"), "run.yaml:1: expected keys with values, got a list");
  EXPECT_EQ(ApplyYaml("hello"), "run.yaml:1: expected keys with values, got \"hello\"");
  EXPECT_EQ(ApplyYaml("sub: 3"), "run.yaml:1: sub: expected keys with values, got \"3\"");
}

TEST_F(ApplyTest, KeysMayBeDottedButNotGivenTwice) {
  EXPECT_EQ(ApplyYaml("sub.size: 8"), "");
  EXPECT_EQ(config_.size, 8);
  EXPECT_EQ(ApplyYaml("sub.size: 8\nsub: {size: 9}"),
            "run.yaml:2: key 'sub.size' is given twice; remove one");
}

TEST_F(ApplyTest, KeysWithoutEffectAreListedOnce) {
  EXPECT_EQ(ApplyYaml("env: {A: [1, 2]}\nsub: {compile: true}"), "");
  EXPECT_EQ(Apply("sub.compile=false"), "");
  EXPECT_EQ(Apply("env.B=2"), "");
  EXPECT_EQ(report_.without_effect, (std::vector<std::string>{"env", "sub.compile", "env.B"}));
}

TEST_F(ApplyTest, InterpolationIsRefused) {
  EXPECT_EQ(ApplyYaml("file: ${name}/x"),
            "run.yaml:1: file: ${...} is not supported; write the value itself");
}

TEST_F(ApplyTest, ArgumentsAreYamlWithAPathBefore) {
  EXPECT_EQ(Apply("sub.heads=4"), "");
  EXPECT_EQ(Apply("--sub.lr=1e-3"), "");
  EXPECT_EQ(Apply("sub={size: 16, until: [a, 'b c']}"), "");
  EXPECT_EQ(config_.heads, 4);
  EXPECT_EQ(config_.lr, 1e-3);
  EXPECT_EQ(config_.size, 16);
  EXPECT_EQ(config_.until, (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(Apply("sub.heads="), "");
  EXPECT_EQ(config_.heads, std::nullopt);
}

TEST_F(ApplyTest, TextArgumentsAreTakenAsTheyStand) {
  for (const std::string text : {"a: b", " x ", "#1", "[", "null", "${x}", "a=b", "\"q\"", ""}) {
    EXPECT_EQ(Apply("name=" + text), "");
    EXPECT_EQ(config_.name, text);
  }
  EXPECT_EQ(Apply("file=a: b"), "");
  EXPECT_EQ(config_.file, "a: b");
  EXPECT_EQ(Apply("file=null"), "");
  EXPECT_EQ(config_.file, "");
}

TEST_F(ApplyTest, WrongArguments) {
  EXPECT_EQ(Apply("sub.hedas=4"),
            "argument 'sub.hedas=4': unknown key 'sub.hedas'; did you mean 'sub.heads'?");
  EXPECT_EQ(Apply("--sub.heads=x"),
            "argument '--sub.heads=x': sub.heads: expected an integer >= 1, or null, got \"x\"");
  EXPECT_EQ(Apply("--sub.heads"),
            "argument '--sub.heads': expected a value, as in --sub.heads=VALUE");
  EXPECT_EQ(Apply("--step"), "argument '--step': unknown key 'step'; did you mean 'steps'?");
  EXPECT_EQ(Apply("steps="),
            "argument 'steps=': steps: expected an integer >= 1 and <= 100, got null");
  EXPECT_EQ(Apply("sub={size: 3"),
            "argument 'sub={size: 3': not valid YAML: end of map flow not found");
}

TEST(IsAssignmentTest, TellsKeysFromFileNames) {
  EXPECT_TRUE(IsAssignment("a.b=c"));
  EXPECT_TRUE(IsAssignment("--a-b=c=d"));
  EXPECT_FALSE(IsAssignment("file"));
  EXPECT_FALSE(IsAssignment("dir/x=y"));
  EXPECT_FALSE(IsAssignment("=x"));
}

}  // namespace
}  // namespace mneme
