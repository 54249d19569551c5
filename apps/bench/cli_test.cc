// The program as a user meets it.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

struct Ended {
  int exit_code;
  std::string output;  // of both streams
};

Ended Bench(const std::string& args) {
  const std::string command = absl::StrCat("apps/bench/bench ", args, " 2>&1 < /dev/null");
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (size_t n = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

nlohmann::json Json(const std::string& args) {
  const Ended ended = Bench(args + " json=true");
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  return nlohmann::json::parse(ended.output, nullptr, /*allow_exceptions=*/false);
}

// The measure of that name in a section.
nlohmann::json Measure(const nlohmann::json& section, const std::string& name) {
  for (const auto& measure : section["measures"]) {
    if (measure["name"] == name) return measure;
  }
  ADD_FAILURE() << "no " << name << " in " << section;
  return {};
}

void ExpectRefused(const std::string& args, const std::string& message) {
  const Ended ended = Bench(args);
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_NE(ended.output.find(message), std::string::npos) << args << ": " << ended.output;
}

constexpr char kLink[] =
    "link device=cpu copy_mib=1 table_gib=0.002,0.004 row_bytes=256,20 rows=500 repeats=2 warmup=1";
constexpr char kMemory[] =
    "memory device=cpu tokens=12 heads=2 knn=3 keys=8,11 k_dim=6 dim=20 repeats=3 warmup=1";
constexpr char kTrain[] =
    "train device=cpu repeats=3 warmup=1 model.dim=16 model.n_layers=2 model.n_heads=2 "
    "model.multiple_of=8 model.productkey_args.layers=1 data.batch_size=2 data.seq_len=8";

const std::string kEval =
    "eval device=cpu documents=3 context_tokens=4 choice_tokens=2 prompt_tokens=5 new_tokens=4 "
    "model.dim=16 model.n_layers=2 model.n_heads=2 model.multiple_of=8 model.max_seqlen=32 "
    "model.productkey_args.layers=1 data.batch_size=2 data.seq_len=8";

TEST(BenchCliTest, Link) {
  const auto json = Json(kLink);
  EXPECT_EQ(json["benchmark"], "link");
  ASSERT_EQ(json["sections"].size(), 1 + 1 + 2);  // rates, copies, tables
  const auto copies = json["sections"][1];
  EXPECT_EQ(Measure(copies, "both at once")["bytes"], 2 << 20);
  const auto table = json["sections"][3];
  EXPECT_GT(Measure(table, "fill with random rows")["gb_per_s"], 0.0);
  EXPECT_EQ(Measure(table, "500 rows of 256 B, sorted")["bytes"], 500 * 256);
  EXPECT_EQ(Measure(table, "500 rows of 20 B, random order")["bytes"], 500 * 20);
}

TEST(BenchCliTest, Memory) {
  const auto json = Json(kMemory);
  ASSERT_EQ(json["sections"].size(), 1 + 2 * 2);  // rates; keys times kinds of picks
  const auto section = json["sections"][3];
  EXPECT_EQ(section["rows"], 11 * 11);
  EXPECT_EQ(section["picks"], 12 * 2 * 3);
  EXPECT_GE(section["unique_rows"], 1.0);
  EXPECT_LE(section["unique_rows"], 72.0);
  for (const char* phase :
       {"lookup", "weighted sum", "gradients of rows", "update, until written", "forward",
        "forward, backward, update", "one of 3 steps in a row", "sparse Adam alone, on the host"}) {
    EXPECT_GT(Measure(section, phase)["ms"], 0.0) << phase;
  }
  const auto adam = Measure(section, "sparse Adam alone, on the host");
  EXPECT_EQ(static_cast<int64_t>(adam["bytes"]) % (20 * 24), 0);
}

TEST(BenchCliTest, MemoryInBf16) {
  const auto json = Json(absl::StrCat(kMemory, " values_dtype=bf16 picks=one-row adam=false"));
  ASSERT_EQ(json["sections"].size(), 3);
  EXPECT_EQ(json["sections"][1]["unique_rows"], 1);
  EXPECT_EQ(Measure(json["sections"][1], "read rows")["bytes"], 20 * 2);
}

TEST(BenchCliTest, Train) {
  const auto json = Json(absl::StrCat(kTrain, " peak_tflops=0.001"));
  ASSERT_EQ(json["sections"].size(), 1);
  const auto section = json["sections"][0];
  EXPECT_EQ(section["tokens_a_step"], 16);
  EXPECT_GT(section["tokens_per_second"], 0.0);
  EXPECT_GT(section["mfu_without_table"], 0.0);
  EXPECT_GE(section["unique_rows"], 1.0);
  EXPECT_EQ(section["skipped_steps"], 0);
  EXPECT_EQ(section["host_waits_a_step"], 0);
  EXPECT_GT(section["peak_tensor_memory_gib"], 0.0);
}

TEST(BenchCliTest, Eval) {
  const auto json = Json(absl::StrCat(kEval, " batch_sizes=1,3"));
  ASSERT_EQ(json["sections"].size(), 3);
  EXPECT_GT(json["sections"][1]["choice_tokens_per_second"], 0.0);
  EXPECT_GT(json["sections"][1]["share_of_forward"], 0.0);
  const auto decoding = json["sections"][2];
  EXPECT_GT(decoding["batch_3_tokens_per_second"], 0.0);
  // The weights are read once for all, the keys and values of each sequence are its own: 2 layers x
  // 2 x 16 numbers for each of 7 tokens.
  const double one = Measure(decoding, "a token of 1")["bytes"];
  const double three = Measure(decoding, "a token of 3")["bytes"];
  EXPECT_EQ(three - one, 2 * 7 * 2 * 2 * 16 * 4);
}

TEST(BenchCliTest, EvalMakesRoomForItsTexts) {
  // Longer than the sequences of the quick start, whose model it takes where no other is asked for.
  const auto json = Json(
      "eval device=cpu documents=1 context_tokens=90 choices=1 new_tokens=2 "
      "prompt_tokens=190 batch_sizes=1 model.n_layers=3");
  EXPECT_EQ(json["sections"].size(), 3);
  ExpectRefused(absl::StrCat(kEval, " prompt_tokens=30"),
                "texts of 34 tokens are longer than model.max_seqlen=32; make it larger");
}

TEST(BenchCliTest, EvalNeedsNoMemoryOfTraining) {
  const std::string large = " device=cpu model.dim=65536 model.n_heads=1024 model.n_layers=1000";
  ExpectRefused("train" + large, ", Adam ");
  const Ended eval = Bench("eval" + large);
  EXPECT_EQ(eval.exit_code, 1);
  EXPECT_NE(eval.output.find("the run needs "), std::string::npos) << eval.output;
  EXPECT_EQ(eval.output.find("Adam"), std::string::npos) << eval.output;
}

TEST(BenchCliTest, TextAndHelp) {
  const Ended text = Bench(kLink);
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.output.find("500 rows of 256 B, sorted"), std::string::npos) << text.output;
  EXPECT_NE(Bench("--help").output.find("COMMAND --help"), std::string::npos);
  const Ended help = Bench("memory --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("bazel run //apps:bench -- memory [config"), std::string::npos)
      << help.output;
}

TEST(BenchCliTest, BadInputIsOneSentence) {
  ExpectRefused("", "expected link, memory, train or eval");
  ExpectRefused("lnk", "got \"lnk\"");
  ExpectRefused("link rows=0", "rows");
  ExpectRefused("link row_bytes=256,6", "multiples of 4");
  ExpectRefused("link table_gib=1,x", "table_gib");
  ExpectRefused("link device=cpu copy_mib=1 table_gib=1000000", "smaller table_gib");
  ExpectRefused("memory knn=9 keys=8", "knn=9 is more than keys=8");
  ExpectRefused("memory k_dim=7", "odd");
  ExpectRefused("memory keys=1000000", "too large");
  ExpectRefused("memory picks=normal", "uniform, log-uniform, one-row or trace:FILE");
  ExpectRefused("memory device=cpu dtype=bf16", "fp32");
  ExpectRefused("memory picks=trace:/nonexistent", "/nonexistent");
  ExpectRefused(absl::StrCat(kEval, " new_tokens=40"), "model.max_seqlen=32");
  ExpectRefused("train model.dmi=3", "did you mean 'model.dim'");
  ExpectRefused("train device=cpu model.n_heads=3", "n_heads");
  ExpectRefused("train device=cpu model.productkey_args.mem_n_keys=200000", "value tables");
}

}  // namespace
}  // namespace mneme
