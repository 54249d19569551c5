// A checkpoint written to disk, loaded and evaluated: all of //apps:eval but its main.
// golden_test.cc has the tasks whose scores are known.

#include "apps/eval/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "apps/eval/testing/tiny_model.h"
#include "apps/progress/test_output.h"
#include "data/corpus/document_hash.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// A WordNet of 12 nouns that are held out and 15 that are not.
std::string WriteWordNet(const TestFolder& folder) {
  std::string nouns;
  int64_t held_out = 0, training = 0;
  for (int64_t offset = 1740; held_out < 12 || training < 15; ++offset) {
    const std::string id = absl::StrFormat("%08d", offset);
    int64_t& count = IsHeldOut(absl::StrCat("n", id)) ? held_out : training;
    if (count == (&count == &held_out ? 12 : 15)) continue;
    absl::StrAppend(&nouns, id, " 05 n 01 bird", offset, " 0 000 | bird number ", offset,
                    " of the book; \"it sings\"\n");
    ++count;
  }
  folder.Write("data.noun", nouns);
  folder.Write("data.verb", "");
  folder.Write("data.adj", "");
  folder.Write("data.adv", "");
  return folder.path();
}

class EvalTest : public testing::Test {
 protected:
  EvalTest() : model_(MakeTinyModel()) {
    args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 7);
    args_.model.device = "cpu";
    args_.wordnet_dir = WriteWordNet(folder_);
    args_.harness.data_dir = folder_.path();
  }

  EvalReport Run() {
    const auto report = Evaluate(args_, &screen_);
    CHECK(report.ok()) << report.status();
    return *report;
  }
  // Of the only task.
  TaskResult RunTask(const std::string& name) {
    args_.harness.tasks = {{.task = name}};
    return Run().results[0];
  }
  std::string Message() { return std::string(Evaluate(args_, &screen_).status().message()); }

  static const Metric& Find(const TaskResult& result, const std::string& name) {
    for (const Metric& metric : result.metrics) {
      if (metric.name == name) return metric;
    }
    LOG(FATAL) << "no metric " << name;
  }

  // Sum of log p over the tokens of `text` behind BOS and the first `given` bytes.
  double LogLikelihood(const std::string& text, size_t given) {
    const std::vector<double> tokens =
        TokenLogLikelihoods(model_.get(), ByteTokenizer().Encode(text, true, false));
    double sum = 0.0;
    for (size_t t = given + 1; t < tokens.size(); ++t) sum += tokens[t];
    return sum;
  }

  TestFolder folder_;
  TestOutput output_ = TestOutput::Pipe();
  Screen screen_{output_.fd()};
  std::unique_ptr<LanguageModel> model_;
  EvalArgs args_;
};

void ExpectNear(double value, double expected) {
  EXPECT_TRUE(std::abs(value - expected) <= 1e-4 * std::abs(expected)) << value << " " << expected;
}

TEST_F(EvalTest, ValIsTheLossOfATextFile) {
  args_.data = folder_.Write("a.txt", "owls hunt");
  const TaskResult val = RunTask("val");
  const std::vector<double> tokens =
      TokenLogLikelihoods(model_.get(), ByteTokenizer().Encode("owls hunt", true, true));
  double nll = 0.0;
  for (double ll : tokens) nll -= ll;
  ExpectNear(Find(val, "nll_per_token").value, nll / 10);
  ExpectNear(Find(val, "nll_per_byte").value, nll / 9);
  ExpectNear(Find(val, "perplexity").value, std::exp(nll / 10));
  ExpectNear(Find(val, "bits_per_byte").value, nll / 9 / std::log(2.0));
  EXPECT_EQ(Find(val, "nll_per_token").n, 10);
  EXPECT_EQ(Find(val, "nll_per_byte").n, 9);
  EXPECT_EQ(val.notes[0], args_.data + " (all), 1 documents in sequences of 24 tokens");
  EXPECT_EQ(output_.Take(), "");
}

TEST_F(EvalTest, ValTakesHeldOutDocumentsWhereThereAreAny) {
  EXPECT_EQ(RunTask("val").notes[0], "wordnet (held-out), 12 documents in sequences of 24 tokens");
  args_.split = EvalArgs::Documents::kTraining;
  EXPECT_EQ(RunTask("val").notes[0], "wordnet (training), 15 documents in sequences of 24 tokens");
  args_.split = EvalArgs::Documents::kAuto;
  std::filesystem::create_directories(folder_.path() + "/books");
  folder_.Write("books/b.chunk.00.jsonl", "{\"text\": \"one\"}\n");
  args_.data = folder_.path() + "/books";
  EXPECT_TRUE(absl::StrContains(RunTask("val").notes[0], "(all), 1 documents"));
  folder_.Write("books/b.val.jsonl", "{\"text\": \"two\"}\n{\"text\": \"three\"}\n");
  EXPECT_TRUE(absl::StrContains(RunTask("val").notes[0], "(held-out), 2 documents"));
}

TEST_F(EvalTest, ValInSequencesAsAsked) {
  args_.data = folder_.Write("a.txt", std::string(200, 'x'));
  args_.seq_len = 10;
  args_.generator.max_tokens = 39;  // three sequences at once
  args_.harness.limit = 4;
  EXPECT_EQ(Find(RunTask("val"), "nll_per_token").n, 4 * 10);
  args_.seq_len = 25;
  EXPECT_EQ(RunTask("val").notes[1], "the model is made for sequences of 24 tokens");
}

TEST_F(EvalTest, Recall) {
  args_.harness.limit = 11;
  const TaskResult recall = RunTask("recall");
  ASSERT_EQ(recall.metrics.size(), 4);
  ASSERT_EQ(recall.samples.size(), 22);
  EXPECT_EQ(Find(recall, "held_out_acc").n, 11);
  double right = 0;
  for (const auto& sample : recall.samples) {
    ASSERT_EQ(sample["choices"].size(), 10);
    if (sample["part"] == "training") right += sample["acc_norm"].get<double>();
  }
  EXPECT_EQ(Find(recall, "training_acc_norm").value, right / 11);
  EXPECT_TRUE(absl::StrContains(recall.notes[0], "held_out: ")) << recall.notes[0];
}

TEST_F(EvalTest, LambadaAsksForTheLastWord) {
  folder_.Write("lambada_test.jsonl", "{\"text\": \"the owl hunts\"}\n{\"text\": \"a b\"}\n");
  const TaskResult lambada = RunTask("lambada");
  const double first = LogLikelihood("the owl hunts", 7), second = LogLikelihood("a b", 1);
  ExpectNear(Find(lambada, "perplexity").value, std::exp(-(first + second) / 2));
  ExpectNear(*Find(lambada, "perplexity").standard_error,
             std::exp(-(first + second) / 2) * std::abs(first - second) / 2);
  EXPECT_EQ(Find(lambada, "acc").n, 2);
  EXPECT_EQ(lambada.samples[0]["word"], "hunts");
}

TEST_F(EvalTest, WikitextInWindows) {
  // 23 bytes with BOS fill one window, the second article needs two.
  folder_.Write("wiki.test.raw",
                " = An Owl = \n it hunts\n = Heron = \n it stands in the water .\n");
  const TaskResult wikitext = RunTask("wikitext");
  ASSERT_EQ(wikitext.samples.size(), 2);
  const std::string text = wikitext.samples[0]["text"];
  ExpectNear(wikitext.samples[0]["log_likelihood"], LogLikelihood(text, 0));
  const double nll = -wikitext.samples[0]["log_likelihood"].get<double>() -
                     wikitext.samples[1]["log_likelihood"].get<double>();
  const double bytes = 22 + 38;
  EXPECT_EQ(Find(wikitext, "byte_perplexity").n, bytes);
  ExpectNear(Find(wikitext, "byte_perplexity").value, std::exp(nll / bytes));
  ExpectNear(Find(wikitext, "bits_per_byte").value, nll / bytes / std::log(2.0));
  ExpectNear(Find(wikitext, "word_perplexity").value,
             std::exp(nll / Find(wikitext, "word_perplexity").n));
}

// Whatever bytes the texts have, and however many lines.
TEST_F(EvalTest, SamplesAreARecordALineInUtf8) {
  folder_.Write("wiki.test.raw", " = Caf\xE9 = \n one\n two\n = Heron = \n h\u00E9ron\n");
  args_.harness.tasks = {{.task = "wikitext"}};
  const std::string path = Run().dump_dir + "/samples_wikitext.jsonl";
  const std::string text = ReadFile(path).value();
  ASSERT_TRUE(absl::EndsWith(text, "\n"));
  const std::vector<std::string> lines = absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  ASSERT_EQ(lines.size(), 2) << text;
  const auto cafe = nlohmann::json::parse(lines[0]), heron = nlohmann::json::parse(lines[1]);
  EXPECT_TRUE(absl::StrContains(cafe["text"].get<std::string>(), "Caf\uFFFD")) << text;
  EXPECT_TRUE(absl::StrContains(heron["text"].get<std::string>(), "h\u00E9ron")) << text;
  EXPECT_EQ(cafe["doc"], 0);
}

TEST_F(EvalTest, LongTextsAreCutAndCounted) {
  folder_.Write("piqa_valid.jsonl", "{\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\"}\n");
  folder_.Write("piqa_valid-labels.lst", "1\n");
  // "Question: g\nAnswer: a" and BOS are 22 tokens.
  EXPECT_TRUE(RunTask("piqa").notes.empty());
  folder_.Write("piqa_valid.jsonl",
                "{\"goal\": \"long\", \"sol1\": \"a\", \"sol2\": \"longer\"}\n");
  EXPECT_EQ(RunTask("piqa").notes[0],
            "1 of 2 texts are longer than the model's window and lost their beginning");
}

TEST_F(EvalTest, FilesOfARun) {
  args_.data = folder_.Write("a.txt", "owls hunt");
  folder_.Write("lambada_test.jsonl", "{\"text\": \"the owl hunts\"}\n");
  args_.harness.tasks = {{.task = "val"}, {.task = "lambada"}};
  EvalReport report = Run();
  const std::string run = args_.model.ckpt_dir;
  EXPECT_EQ(report.dump_dir, run + "/evals/0000000007");
  EXPECT_TRUE(ReadFile(report.dump_dir + "/results.json").ok());
  EXPECT_TRUE(ReadFile(report.dump_dir + "/samples_lambada.jsonl").ok());
  Run();
  const std::string metrics = ReadFile(run + "/metrics.eval.jsonl").value();
  EXPECT_TRUE(absl::StartsWith(metrics, "{\"global_step\":7,\"val/nll_per_token\":")) << metrics;
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 2);
  EXPECT_TRUE(absl::StrContains(metrics, "\"lambada/acc\":")) << metrics;
  args_.dump_dir = folder_.path() + "/elsewhere";
  report = Run();
  EXPECT_EQ(report.dump_dir, args_.dump_dir);
  EXPECT_TRUE(ReadFile(args_.dump_dir + "/metrics.eval.jsonl").ok());
  const auto json = nlohmann::json::parse(ReportJson(report));
  EXPECT_EQ(json["step"], 7);
  EXPECT_EQ(json["results"]["lambada"]["acc"]["n"], 1);
  EXPECT_TRUE(absl::StrContains(ReportText(report), "(step 7)\ntask ")) << ReportText(report);
}

TEST_F(EvalTest, AnErrorCostsOnlyTheTasksThatAreNotDone) {
  folder_.Write("lambada_test.jsonl", "{\"text\": \"the owl hunts\"}\n");
  args_.data = folder_.Write("a.jsonl", "{\"text\": \"owls\"}\n{\"text\": broken\n");
  args_.harness.tasks = {{.task = "lambada"}, {.task = "val"}};
  const EvalReport report = Run();
  ASSERT_EQ(report.results.size(), 1);
  EXPECT_EQ(report.results[0].task, "lambada");
  EXPECT_TRUE(absl::StartsWith(report.ended.message(), "task val: ")) << report.ended;
  const auto json = nlohmann::json::parse(ReadFile(report.dump_dir + "/results.json").value());
  EXPECT_TRUE(json.contains("lambada"));
  EXPECT_FALSE(json.contains("val"));
  args_.harness.tasks = {{.task = "val"}};
  EXPECT_TRUE(absl::StartsWith(Message(), "task val: ")) << Message();
}

TEST_F(EvalTest, WhatIsWrongIsNamed) {
  args_.harness.tasks = {{.task = "piqua"}};
  EXPECT_TRUE(absl::StrContains(Message(), "no task 'piqua'; did you mean 'piqa'?")) << Message();
  args_.harness.tasks = {{.task = "val"}, {.task = "val"}};
  EXPECT_EQ(Message(), "harness.tasks names val twice; remove one");
  args_.harness.tasks = {};
  EXPECT_EQ(Message(), "harness.tasks is empty; name a task, such as val");
  args_.harness.tasks = {{.task = "hellaswag"}};
  EXPECT_TRUE(absl::StrContains(Message(), "expected hellaswag_val*.jsonl (a JSON object a line"))
      << Message();
  args_.harness.tasks = {{.task = "wikitext", .num_fewshot = 1}};
  folder_.Write("wiki.test.raw", "x");
  EXPECT_EQ(Message(), "task wikitext has no examples; set num_fewshot to 0");
  args_.harness.tasks = {{.task = "nq_open"}};
  folder_.Write("nq_open_dev.jsonl", "{\"question\": \"q\", \"answer\": [\"a\"]}\n");
  EXPECT_TRUE(absl::StrContains(Message(), "expected NQ-open.train.jsonl or nq_open_train.jsonl"))
      << Message();
  EXPECT_TRUE(absl::StrContains(Message(), "or set num_fewshot to 0")) << Message();
  args_.harness.tasks = {{.task = "nq_open", .fewshot_file = folder_.Write("few.jsonl", "x")}};
  EXPECT_EQ(Message(), folder_.path() + "/few.jsonl:1: broken JSON");
  const std::string without = " has no file, fewshot_file or num_fewshot; leave them out";
  for (const HarnessTask& task :
       {HarnessTask{.task = "recall", .num_fewshot = 0}, HarnessTask{.task = "recall", .file = "a"},
        HarnessTask{.task = "recall", .fewshot_file = "a"}}) {
    args_.harness.tasks = {task};
    EXPECT_EQ(Message(), "task recall" + without);
  }
  args_.harness.tasks = {{.task = "val", .file = "a.txt"}};
  EXPECT_EQ(Message(), "task val" + without + "; it reads the run's data, or that of data=");
  args_.harness.tasks = {{.task = "recall"}};
  args_.wordnet_dir = folder_.path() + "/none";
  EXPECT_TRUE(absl::StrContains(Message(), "WordNet")) << Message();
  args_.harness.tasks = {{.task = "val"}};
  args_.data = folder_.path() + "/none.jsonl";
  EXPECT_TRUE(absl::StrContains(Message(), args_.data)) << Message();
  args_.data = "wordnet";
  args_.model.ckpt_dir = folder_.path() + "/none";
  EXPECT_TRUE(absl::StrContains(Message(), args_.model.ckpt_dir)) << Message();
}

TEST_F(EvalTest, AnIncompleteCheckpointIsNotTakenForNone) {
  args_.model.ckpt_dir += "/checkpoints/0000000007";
  std::filesystem::remove(args_.model.ckpt_dir + "/optimizer.safetensors");
  EXPECT_EQ(Message(), "'" + args_.model.ckpt_dir +
                           "/optimizer.safetensors' is gone, which manifest.json of the same "
                           "checkpoint names; bring it back, or choose another checkpoint");
}

TEST_F(EvalTest, TheTokenizerIsTheCheckpointsOrTheOneThatIsNamed) {
  args_.data = folder_.Write("a.txt", "owls");
  args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 8, /*tokenizer=*/"");
  EXPECT_EQ(Message(), "the tokenizer of checkpoint '" + args_.model.ckpt_dir +
                           "/checkpoints/0000000008' is not named; set tokenizer.name and "
                           "tokenizer.path");
  args_.model.tokenizer = {.name = "sp", .path = folder_.Write("a.model", "broken")};
  EXPECT_TRUE(absl::StrContains(Message(), "a.model")) << Message();
  EXPECT_TRUE(absl::EndsWith(Message(), "; set tokenizer.name and tokenizer.path")) << Message();
  args_.model.tokenizer = {.name = "bytes"};
  EXPECT_EQ(Find(RunTask("val"), "nll_per_byte").n, 4);
}

TEST_F(EvalTest, ATokenizerOfAnotherSizeIsRefused) {
  args_.data = folder_.Write("a.txt", "owls");
  args_.model.ckpt_dir = folder_.WriteRun(model_.get(), 8, "bytes", /*tokenizer_size=*/300);
  EXPECT_EQ(Message(), "tokenizer bytes has 258 ids, but checkpoint '" + args_.model.ckpt_dir +
                           "/checkpoints/0000000008' was trained with one of 300, bytes; set "
                           "tokenizer.name and tokenizer.path to the model's own");
}

}  // namespace
}  // namespace mneme
