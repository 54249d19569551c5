#include "apps/config/args.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

struct Config {
  std::string prompt;
  std::string ckpt_dir;
  double temperature = 1.0;
  int64_t top_k = 0;
};

void Describe(Section& s, Config& c) {
  s.Add("prompt", c.prompt, "text to complete");
  s.AddPath("ckpt_dir", c.ckpt_dir, "checkpoint");
  Section sub = s.Sub("sampling", "how tokens are drawn");
  sub.Add("temperature", c.temperature, {.min = 0}, "0 takes the likeliest token");
  sub.Add("top_k", c.top_k, {.min = 0}, "0: all");
  s.WithoutEffect({"compile", "device"});
}

class ArgsTest : public ::testing::Test {
 protected:
  ArgsTest() {
    info_.target = "//apps:generate";
    info_.summary = "Completes a prompt.";
    setenv("BUILD_WORKING_DIRECTORY", ::testing::TempDir().c_str(), 1);
  }

  absl::StatusOr<ParsedArgs> Parse(std::vector<const char*> args) {
    args.insert(args.begin(), "generate");
    return ParseArgs(static_cast<int>(args.size()), args.data(), info_, &config_);
  }

  std::string ErrorOf(std::vector<const char*> args) {
    return std::string(Parse(std::move(args)).status().message());
  }

  static void WriteFile(const std::string& name, const std::string& text) {
    std::ofstream(::testing::TempDir() + "/" + name, std::ios::binary) << text;
  }

  ProgramInfo info_;
  Config config_;
};

TEST_F(ArgsTest, CommandLineBeatsFileBeatsDefaults) {
  WriteFile("g.yaml", "prompt: from file\nsampling: {temperature: 0.5, top_k: 3}\n");
  const absl::StatusOr<ParsedArgs> args =
      Parse({"sampling.top_k=7", "config=g.yaml", "--", "--ckpt_dir=runs/x"});
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(config_.prompt, "from file");
  EXPECT_EQ(config_.temperature, 0.5);
  EXPECT_EQ(config_.top_k, 7);
  EXPECT_TRUE(absl::EndsWith(config_.ckpt_dir, "/runs/x"));
  EXPECT_EQ(config_.ckpt_dir[0], '/');
  EXPECT_FALSE(args->wants_help);
}

TEST_F(ArgsTest, TheFallbackServesWithoutAFile) {
  info_.fallback_yaml = "sampling: {top_k: 5}\n";
  info_.fallback_name = "small";
  ASSERT_TRUE(Parse({"prompt=x y"}).ok());
  EXPECT_EQ(config_.top_k, 5);
  EXPECT_EQ(config_.prompt, "x y");
  config_ = Config();
  WriteFile("empty.yaml", "");
  ASSERT_TRUE(Parse({"--config=empty.yaml"}).ok());
  EXPECT_EQ(config_.top_k, 0);
}

TEST_F(ArgsTest, Operands) {
  EXPECT_EQ(ErrorOf({"a.safetensors"}),
            "argument 'a.safetensors': expected KEY=VALUE; --help lists every key");
  info_.operands = "FILE...";
  const absl::StatusOr<ParsedArgs> args = Parse({"a.safetensors", "sampling.top_k=2", "d/b=c"});
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->operands, (std::vector<std::string>{"a.safetensors", "d/b=c"}));
  EXPECT_EQ(config_.top_k, 2);
}

TEST_F(ArgsTest, Errors) {
  EXPECT_EQ(ErrorOf({"promt=x"}),
            "argument 'promt=x': unknown key 'promt'; did you mean 'prompt'?");
  EXPECT_EQ(ErrorOf({"--verbose"}),
            "argument '--verbose': unknown key 'verbose'; "
            "--help lists every key");
  EXPECT_EQ(ErrorOf({"-v"}), "argument '-v': expected KEY=VALUE; --help lists every key");
  EXPECT_EQ(ErrorOf({"config="}), "argument 'config=': expected the name of a YAML file");
  WriteFile("a.yaml", "");
  EXPECT_EQ(ErrorOf({"config=a.yaml", "config=b.yaml"}),
            "argument 'config=b.yaml': config is already a.yaml; give one file");
  EXPECT_EQ(ErrorOf({"config=/no/such.yaml"}),
            "cannot read the configuration /no/such.yaml: No such file or directory");
  EXPECT_EQ(ErrorOf({"config=/"}), "cannot read the configuration /: Is a directory");
  WriteFile("bad.yaml", "prompt: x\nsampling: {temprature: 1}\n");
  EXPECT_EQ(ErrorOf({"config=bad.yaml"}),
            "bad.yaml:2: unknown key 'sampling.temprature'; "
            "did you mean 'sampling.temperature'?");
  WriteFile("binary.yaml", std::string("PK\0\1", 4));
  EXPECT_EQ(ErrorOf({"config=binary.yaml"}), "binary.yaml: expected a YAML file, got binary data");
  WriteFile("long.yaml", std::string(3 << 20, ' '));
  EXPECT_EQ(ErrorOf({"config=long.yaml"}), "long.yaml: expected a YAML file, got more than 1 MiB");
}

TEST_F(ArgsTest, Help) {
  info_.example = "prompt=\"heron (noun):\"";
  info_.fallback_yaml = "prompt: x\n\nsampling: {top_k: 5}\n";
  info_.fallback_name = "small";
  for (const char* flag : {"--help", "-h"}) {
    const absl::StatusOr<ParsedArgs> args = Parse({"prompt=x", flag, "config=/no/such"});
    ASSERT_TRUE(args.ok()) << args.status();
    EXPECT_TRUE(args->wants_help);
    EXPECT_EQ(args->help,
              "Completes a prompt.\n"
              "\n"
              "Usage: bazel run //apps:generate -- [config=FILE.yaml] [KEY=VALUE]...\n"
              "Example: bazel run //apps:generate -- prompt=\"heron (noun):\"\n"
              "\n"
              "Keys, with their defaults. The file overrides these, and the command line both.\n"
              "In the file, a.b: c is the key b in the section a.\n"
              "\n"
              "  prompt=\"\"\n"
              "      text to complete (text)\n"
              "  ckpt_dir=\"\"\n"
              "      checkpoint (path)\n"
              "\n"
              "sampling: how tokens are drawn\n"
              "  sampling.temperature=1.0\n"
              "      0 takes the likeliest token (number >= 0)\n"
              "  sampling.top_k=0\n"
              "      0: all (integer >= 0)\n"
              "\n"
              "Accepted, because configurations of other programs have them, but without effect:\n"
              "  compile device\n"
              "\n"
              "Without config=, the small configuration serves:\n"
              "\n"
              "  prompt: x\n"
              "\n"
              "  sampling: {top_k: 5}\n");
  }
}

TEST_F(ArgsTest, MarkdownReference) {
  const absl::StatusOr<ParsedArgs> args = Parse({"--help=markdown"});
  ASSERT_TRUE(args.ok() && args->wants_help) << args.status();
  EXPECT_EQ(args->help,
            "\n| key | type | default | meaning |\n|---|---|---|---|\n"
            "| `prompt` | text | `\"\"` | text to complete |\n"
            "| `ckpt_dir` | path | `\"\"` | checkpoint |\n"
            "\n## sampling: how tokens are drawn\n"
            "\n| key | type | default | meaning |\n|---|---|---|---|\n"
            "| `sampling.temperature` | number >= 0 | `1.0` | 0 takes the likeliest token |\n"
            "| `sampling.top_k` | integer >= 0 | `0` | 0: all |\n");
}

}  // namespace
}  // namespace mneme
