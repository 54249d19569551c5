#include "apps/config/train_args.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "apps/config/scalar.h"
#include "apps/config/train_schema.h"
#include "apps/config/yaml_writer.h"

namespace mneme {
namespace {

// A configuration of the reference systems, with values of all the kinds seen there.
std::string ReferenceRun(absl::string_view style) {
  const std::string path = absl::StrCat("apps/config/testdata/reference_", style, ".yaml");
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

class TrainArgsTest : public ::testing::Test {
 protected:
  TrainArgsTest() { setenv("BUILD_WORKING_DIRECTORY", "/home/ada", 1); }

  static absl::StatusOr<TrainArgs> Load(std::vector<const char*> args) {
    args.insert(args.begin(), "train");
    return LoadTrainArgs(static_cast<int>(args.size()), args.data());
  }

  static std::string ErrorOf(std::vector<const char*> args) {
    return std::string(Load(std::move(args)).status().message());
  }
};

TEST_F(TrainArgsTest, ReadsAConfigurationOfTheReferenceSystems) {
  const absl::StatusOr<TrainArgs> args = ParseTrainYaml(ReferenceRun("block"), "seed.yaml");
  ASSERT_TRUE(args.ok()) << args.status();
  const TrainConfig& c = args->config;
  EXPECT_EQ(c.name, "373_pkplus_1024");
  EXPECT_EQ(c.dump_dir, "/home/ada/runs/373_pkplus_1024");
  EXPECT_EQ(c.steps, 128000);
  EXPECT_EQ(c.seed, 777);
  EXPECT_EQ(c.optim.lr, 1e-4);
  EXPECT_EQ(c.optim.scheduler, SchedulerKind::kLinear);
  EXPECT_EQ(c.optim.weight_decay, 0.1);
  EXPECT_EQ(c.distributed.model_dtype, ComputeDtype::kFp32);
  EXPECT_EQ(c.model.n_layers, 24);
  EXPECT_EQ(c.model.rope_theta, 500000.0);
  EXPECT_EQ(c.model.max_seqlen, 2024);
  EXPECT_TRUE(c.memory.is_enabled && c.memory.zero_copy);
  EXPECT_EQ(c.memory.layers, (std::vector<int64_t>{4}));
  EXPECT_EQ(c.data.root_dir, "/home/ada/data");
  EXPECT_EQ(c.data.sources.size(), 1u);
  EXPECT_EQ(c.data.sources.at("fineweb_edu_10bt"), 1.0);
  EXPECT_EQ(c.data.tokenizer.path, "/home/ada/tokenizer/tokenizer.model");
  EXPECT_EQ(c.checkpoint.dump.every, 10000);
  EXPECT_EQ(c.checkpoint.eval.every, 128000);
  EXPECT_EQ(c.eval.generator.max_tokens, 4096);
  ASSERT_EQ(c.eval.harness.tasks.size(), 3u);
  EXPECT_EQ(c.eval.harness.tasks[2].task, "nq_open");
  EXPECT_EQ(c.eval.harness.tasks[2].num_fewshot, 5);
  EXPECT_EQ(args->report.without_effect,
            (std::vector<std::string>{"probe_freq", "optim.annealing_step", "distributed.fsdp_type",
                                      "distributed.compile", "distributed.matmul_allow_tf32",
                                      "distributed.selective_activation_checkpointing", "profiling",
                                      "eval.generator.dtype", "eval.generator.temperature",
                                      "eval.generator.top_p"}));
  EXPECT_TRUE(args->report.notes.empty());

  const absl::StatusOr<TrainArgs> flow = ParseTrainYaml(ReferenceRun("flow"), "seed.yaml");
  ASSERT_TRUE(flow.ok()) << flow.status();
  EXPECT_EQ(DumpTrainYaml(flow->config), DumpTrainYaml(c));
}

TEST_F(TrainArgsTest, TheDumpIsReadBackAsTheSame) {
  const absl::StatusOr<TrainArgs> args = ParseTrainYaml(ReferenceRun("block"), "seed.yaml");
  ASSERT_TRUE(args.ok()) << args.status();
  const std::string yaml = DumpTrainYaml(args->config);
  const absl::StatusOr<TrainArgs> back = ParseTrainYaml(yaml, "config.yaml");
  ASSERT_TRUE(back.ok()) << back.status() << yaml;
  EXPECT_EQ(DumpTrainYaml(back->config), yaml);
  EXPECT_TRUE(back->report.notes.empty());
}

// A value other than the field's own, as awkward as its type allows.
std::vector<std::string> OtherValues(const Field& field) {
  const YamlTree now = field.get();
  if (absl::StartsWith(field.type, "one of ")) {
    return absl::StrSplit(absl::string_view(field.type).substr(7), ", ");
  }
  if (field.type == "true or false") return {now.scalar == "true" ? "false" : "true"};
  if (field.is_text) return {"a: \"b\" #\n'"};
  if (absl::StrContains(field.type, "block numbers")) return {"\"0,7\""};
  if (absl::StrContains(field.type, "integer")) {
    return {absl::StrContains(field.type, "<=") ? "17" : "123456789"};
  }
  if (field.type == "a number >= 1") return {"1.1234567890123456789"};
  if (absl::StrContains(field.type, "number")) return {"0.1234567890123456789", "3.3e-7"};
  if (absl::StrContains(field.type, "texts")) return {"[\"\\n\", null text, \"\"]"};
  if (absl::StrContains(field.type, "weights")) return {"{a: 0.1, \"b c\": 7}"};
  return {"[a, {task: b, num_fewshot: 0}]"};
}

// Gives the field another value than it has.
void Change(const Field& field) {
  const std::string before = FlowYaml(field.get());
  for (const std::string& value : OtherValues(field)) {
    const YamlTree tree =
        field.is_text ? YamlTree::Text(value) : *ParseYamlArgument(value, field.path);
    ASSERT_TRUE(field.set(tree).ok()) << field.set(tree);
    if (FlowYaml(field.get()) != before) return;
  }
  FAIL() << field.path << " is " << before << " still";
}

std::vector<std::string> Values(const Schema& schema) {
  std::vector<std::string> values;
  for (const Field& field : schema.fields) {
    values.push_back(field.get ? FlowYaml(field.get()) : "");
  }
  return values;
}

TEST_F(TrainArgsTest, EveryKeyHasAFieldOfItsOwn) {
  TrainConfig config;
  const Schema schema = SchemaOf(config);
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (!schema.fields[i].get) continue;
    config = TrainConfig();
    const std::vector<std::string> before = Values(schema);
    Change(schema.fields[i]);
    const std::vector<std::string> after = Values(schema);
    for (size_t j = 0; j < before.size(); ++j) {
      EXPECT_EQ(after[j] != before[j], i == j)
          << schema.fields[i].path << " against " << schema.fields[j].path;
    }
  }
}

TEST_F(TrainArgsTest, EveryFieldComesBackTheSame) {
  TrainConfig changed;
  const Schema schema = SchemaOf(changed);
  for (const Field& field : schema.fields) {
    if (field.get) Change(field);
  }
  for (const std::string& text : {WriteYaml(schema), WriteJson(schema)}) {
    TrainConfig back;
    const Schema back_schema = SchemaOf(back);
    ConfigReport report;
    const absl::StatusOr<YamlTree> tree = ParseYaml(text, "config.yaml");
    ASSERT_TRUE(tree.ok()) << tree.status() << text;
    const absl::Status applied = ApplyTree(back_schema, *tree, &report);
    ASSERT_TRUE(applied.ok()) << applied;
    for (size_t i = 0; i < schema.fields.size(); ++i) {
      const Field& field = schema.fields[i];
      if (!field.get) continue;
      EXPECT_EQ(FlowYaml(back_schema.fields[i].get()), FlowYaml(field.get())) << field.path;
      EXPECT_TRUE(report.set_keys.contains(field.path)) << field.path;
    }
    EXPECT_EQ(back.optim.lr, changed.optim.lr);
  }
}

TEST_F(TrainArgsTest, EveryKeyIsDescribedOnce) {
  TrainConfig config;
  const Schema schema = SchemaOf(config);
  const absl::StatusOr<TrainArgs> args = Load({"--help"});
  ASSERT_TRUE(args.ok()) << args.status();
  ASSERT_TRUE(args->wants_help);
  for (const Field& field : schema.fields) {
    EXPECT_FALSE(field.meaning.empty()) << field.path;
    EXPECT_FALSE(absl::StrContains(field.meaning, '\n')) << field.path;
    const std::string shown =
        field.get ? absl::StrCat("=", FlowYaml(field.get()), "\n      ") : "\n      ";
    const std::string entry = absl::StrCat("  ", field.path, shown, field.meaning, " (");
    EXPECT_TRUE(absl::StrContains(args->help, entry)) << entry;
    EXPECT_EQ(schema.FindField(field.path), &field) << field.path << " is there twice";
    EXPECT_FALSE(schema.IsWithoutEffect(field.path)) << field.path;
  }
  for (const std::string& key : schema.without_effect) {
    EXPECT_TRUE(absl::StrContains(args->help, absl::StrCat(" ", key))) << key;
  }
  EXPECT_TRUE(absl::StrContains(args->help, "  name: quickstart\n"));
}

TEST_F(TrainArgsTest, TheDefaultsAreTheReferences) {
  const absl::StatusOr<TrainArgs> args = ParseTrainYaml("", "nothing");
  ASSERT_TRUE(args.ok()) << args.status();
  const TrainConfig& c = args->config;
  EXPECT_EQ(c.seed, 42);
  EXPECT_EQ(c.steps, 1000);
  EXPECT_EQ(c.grad_acc_steps, 1);
  EXPECT_EQ(c.optim.lr, 3e-4);
  EXPECT_EQ(c.optim.warmup, 2000);
  EXPECT_EQ(c.optim.scheduler, SchedulerKind::kCosine);
  EXPECT_EQ(c.distributed.model_dtype, ComputeDtype::kBf16);
  EXPECT_EQ(c.checkpoint.dump.every, 1000);
  EXPECT_EQ(c.checkpoint.dump.keep, 0);
  EXPECT_EQ(c.logging.freq, 10);
  EXPECT_EQ(c.data.batch_size, 2);
  EXPECT_EQ(c.data.seq_len, 2048);
  EXPECT_EQ(c.model.max_seqlen, 2048);
}

TEST_F(TrainArgsTest, WithoutAFileTheQuickstartServes) {
  const absl::StatusOr<TrainArgs> args = Load({"steps=20", "model.n_heads=8"});
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->config.name, "quickstart");
  EXPECT_EQ(args->config.dump_dir, "/home/ada/runs/quickstart");
  EXPECT_EQ(args->config.steps, 20);
  EXPECT_EQ(args->config.model.n_heads, 8);
  EXPECT_TRUE(args->config.memory.is_enabled);
  EXPECT_GE(NumRows(args->config.memory), 16384);
  EXPECT_EQ(args->config.data.sources.count("wordnet"), 1u);

  const absl::StatusOr<TrainArgs> plain = Load({});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_TRUE(plain->report.notes.empty());
  EXPECT_TRUE(plain->report.without_effect.empty());
}

TEST_F(TrainArgsTest, Errors) {
  EXPECT_EQ(ErrorOf({"model.dmi=64"}),
            "argument 'model.dmi=64': unknown key 'model.dmi'; did you mean 'model.dim'?");
  EXPECT_EQ(ErrorOf({"model.dim=abc"}),
            "argument 'model.dim=abc': model.dim: expected an integer >= 1, got \"abc\"");
  EXPECT_EQ(ErrorOf({"model.productkey_args.mem_knn=256"}),
            "model.productkey_args.mem_knn = 256 is more than model.productkey_args.mem_n_keys = "
            "128, the keys it picks from; lower mem_knn or raise mem_n_keys");
  EXPECT_EQ(ErrorOf({"device=gpu"}),
            "argument 'device=gpu': device: expected one of auto, cpu, cuda, got \"gpu\"");
  const auto error = [](absl::string_view text) {
    return std::string(ParseTrainYaml(text, "run.yaml").status().message());
  };
  EXPECT_EQ(error("steps: 10\nmodel:\n  dmi: 64\n"),
            "run.yaml:3: unknown key 'model.dmi'; did you mean 'model.dim'?");
  EXPECT_EQ(error("model:\n  dim: abc\n"),
            "run.yaml:2: model.dim: expected an integer >= 1, got \"abc\"");
  EXPECT_EQ(error("model:\n  productkey_args: {mem_offload: true}\n"),
            "run.yaml:2: model.productkey_args.mem_offload: expected false (there is no FPGA "
            "here; zero_copy: true keeps the tables in host memory), got \"true\"");
  EXPECT_EQ(error("model: {n_heads: 5}\n"),
            "run.yaml: model.n_heads = 5 does not divide model.dim = 512; "
            "choose a number that does, such as 4");
  EXPECT_EQ(error("eval: {harness: {tasks: [{task: a, fewshot: 3}]}}"),
            "run.yaml:1: unknown key 'eval.harness.tasks.fewshot'; "
            "did you mean 'eval.harness.tasks.num_fewshot'?");
}

}  // namespace
}  // namespace mneme
