#include "apps/bench/eval.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "apps/bench/bench_args.h"
#include "apps/bench/bench_model.h"
#include "apps/bench/machine_rates.h"
#include "apps/bench/phase_timer.h"
#include "apps/config/train_schema.h"
#include "apps/eval/scorer.h"
#include "apps/model/decode.h"
#include "apps/train/describe.h"
#include "autograd/core/tape.h"
#include "autograd/ops/cross_entropy/cross_entropy.h"
#include "runtime/core/status.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

constexpr int kRepeats = 5;  // of the forward pass and the scoring; the first does not count
constexpr int64_t kCopyBytes = int64_t{256} << 20;

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

std::vector<int32_t> RandomTokens(int64_t count, int64_t vocab_size, PhiloxStream* random) {
  std::vector<int32_t> tokens(count);
  for (int32_t& id : tokens) id = static_cast<int32_t>(random->Below(vocab_size));
  return tokens;
}

// Tokens/s of the training forward pass, with the loss of each token.
double ForwardPace(const TrainConfig& config, LanguageModel* model, PhiloxStream* random) {
  const TapeScope no_tape(nullptr);
  const int64_t batch = config.data.batch_size, length = config.data.seq_len;
  const int64_t vocab_size = model->config().vocab_size;
  std::vector<double> seconds;
  for (int i = 0; i < kRepeats; ++i) {
    const Tensor tokens = Tensor::From<int32_t>(
        {batch, length}, RandomTokens(batch * length, vocab_size, random), model->device());
    const absl::Time start = absl::Now();
    const Tensor logits = model->Logits(tokens).value().Reshape({batch * length, vocab_size});
    TokenLosses(logits, tokens.Reshape({batch * length})).ToVector<float>();
    if (i > 0) seconds.push_back(SecondsSince(start));
  }
  return static_cast<double>(batch * length) / Median(seconds);
}

// Documents with a context and several continuations of it, as multiple-choice tasks have them.
std::vector<std::vector<ScoreRequest>> ChoiceRequests(const EvalBenchArgs& args, int64_t vocab_size,
                                                      PhiloxStream* random) {
  std::vector<std::vector<ScoreRequest>> groups(args.documents);
  const auto about = [&](int64_t mean) { return mean / 2 + random->Below(mean + 1); };
  for (std::vector<ScoreRequest>& group : groups) {
    const auto context =
        RandomTokens(std::max<int64_t>(1, about(args.context_tokens)), vocab_size, random);
    for (int64_t i = 0; i < args.choices; ++i) {
      const auto choice =
          RandomTokens(std::max<int64_t>(1, about(args.choice_tokens)), vocab_size, random);
      ScoreRequest request = {.tokens = context, .first = static_cast<int64_t>(context.size())};
      request.tokens.insert(request.tokens.end(), choice.begin(), choice.end());
      group.push_back(std::move(request));
    }
  }
  return groups;
}

absl::StatusOr<BenchSection> MeasureChoices(const EvalBenchArgs& args, LanguageModel* model,
                                            PhiloxStream* random) {
  const double forward = ForwardPace(args.train, model, random);
  std::vector<double> seconds;
  int64_t tokens = 0;  // that go through the model
  for (int i = 0; i < kRepeats; ++i) {
    const auto groups = ChoiceRequests(args, model->config().vocab_size, random);
    const absl::Time start = absl::Now();
    const auto on_progress = [&](int64_t, int64_t total) {
      tokens = total;
      return absl::OkStatus();
    };
    MNEME_RETURN_IF_ERROR(ScoreGroups(model, groups, args.max_tokens, on_progress).status());
    if (i > 0) seconds.push_back(SecondsSince(start) / static_cast<double>(tokens));
  }
  const double pace = 1.0 / Median(seconds);
  return BenchSection{.title = absl::StrCat("multiple choice: ", args.documents, " documents, ",
                                            args.choices, " choices, about ", args.context_tokens,
                                            " + ", args.choice_tokens, " tokens"),
                      .facts = {{"forward_tokens_per_second", forward},
                                {"choice_tokens_per_second", pace},
                                {"share_of_forward", pace / forward}}};
}

// What must be read for a token of each of `batch` sequences: the dense weights, once, and the keys
// and values of what stands before it. Embedding rows and picked rows of tables are too few to
// count.
double BytesOfToken(const LanguageModel& model, int64_t batch, double position) {
  double bytes = 0.0;
  for (const auto& parameter : const_cast<LanguageModel&>(model).parameters().all()) {
    const Tensor& weight = parameter->variable.value();
    const bool is_looked_up =
        parameter->name == "tok_embeddings.weight" && !model.config().weight_tying;
    if (!is_looked_up) bytes += static_cast<double>(weight.numel() * DTypeBytes(weight.dtype()));
  }
  const DType dtype = const_cast<LanguageModel&>(model).parameters().dtype();
  return bytes +
         static_cast<double>(batch * nn::KvCache::BytesPerToken(model.config(), dtype)) * position;
}

BenchSection MeasureDecoding(const EvalBenchArgs& args, double gb_per_s, LanguageModel* model,
                             PhiloxStream* random) {
  BenchSection section = {.title = absl::StrCat("greedy decoding: ", args.new_tokens,
                                                " tokens behind ", args.prompt_tokens)};
  const double position =
      static_cast<double>(args.prompt_tokens) + static_cast<double>(args.new_tokens) / 2;
  for (const int64_t batch : args.batch_sizes) {
    std::vector<std::vector<int32_t>> prompts;
    for (int64_t i = 0; i < batch; ++i) {
      prompts.push_back(RandomTokens(args.prompt_tokens, model->config().vocab_size, random));
    }
    std::vector<double> ms;  // from one token of the first prompt to the next
    absl::Time last;
    const auto on_token = [&](int64_t prompt, absl::Span<const int32_t> completion, bool) {
      if (prompt != 0) return true;
      const absl::Time now = absl::Now();
      if (completion.size() > 1) ms.push_back(absl::ToDoubleMilliseconds(now - last));
      last = now;
      return true;
    };
    DecodeGreedily(model, prompts,
                   {.max_new_tokens = args.new_tokens,
                    .max_sequences = batch,
                    .max_cached_tokens = batch * (args.prompt_tokens + args.new_tokens)},
                   on_token);
    const double bytes = BytesOfToken(*model, batch, position);
    section.measures.push_back({.name = absl::StrCat("a token of ", batch),
                                .ms = Median(ms),
                                .bytes = bytes,
                                .floor_ms = bytes / gb_per_s * 1e-6});
    section.facts.push_back({absl::StrCat("batch_", batch, "_tokens_per_second"),
                             1000 * static_cast<double>(batch) / Median(ms)});
  }
  return section;
}

}  // namespace

void Describe(Section& s, EvalBenchArgs& c) {
  s.Add("max_tokens", c.max_tokens, {.min = 1, .max = kMaxTokens}, "tokens scored at a time");
  s.Add("documents", c.documents, {.min = 1, .max = 1 << 20},
        "documents of the multiple-choice task");
  s.Add("choices", c.choices, {.min = 1, .max = 1 << 10}, "choices of a document");
  s.Add("context_tokens", c.context_tokens, {.min = 1, .max = 1 << 20},
        "mean length of a context, drawn from half of it to one and a half");
  s.Add("choice_tokens", c.choice_tokens, {.min = 1, .max = 1 << 20},
        "mean length of a choice, drawn likewise");
  s.Add("prompt_tokens", c.prompt_tokens, {.min = 1, .max = 1 << 20},
        "length of the prompts that are completed");
  s.Add("new_tokens", c.new_tokens, {.min = 2, .max = 1 << 20}, "length of their completions");
  AddIntegers(s, "batch_sizes", c.batch_sizes, 1, "prompts that are completed at a time");
  s.Add("json", c.json, "print the result as one line of JSON");
  Describe(s, c.train);
}

absl::StatusOr<BenchReport> RunEval(EvalBenchArgs args, ConfigReport report) {
  const int64_t most = std::max(args.prompt_tokens + args.new_tokens,
                                (args.context_tokens + args.choice_tokens) * 3 / 2 + 2);
  const bool is_window_open = report.set_keys.insert("model.max_seqlen").second;
  if (is_window_open) args.train.model.max_seqlen = most;
  MNEME_ASSIGN_OR_RETURN(const BenchModel bench,
                         MakeBenchModel(BenchUse::kEval, &args.train, std::move(report)));
  LanguageModel* model = bench.model.get();
  const DType dtype = model->parameters().dtype();
  if (const int64_t window = model->config().max_seqlen; most > window) {
    return absl::InvalidArgumentError(
        absl::StrCat("texts of ", most, " tokens are longer than model.max_seqlen=", window,
                     "; make it larger"));
  }
  PhiloxStream random(MakePhiloxKey(1, HashName("bench eval")));
  MNEME_ASSIGN_OR_RETURN(const MachineRates rates,
                         MeasureRates(model->device(), dtype, kCopyBytes));
  BenchReport result = {
      .benchmark = "eval",
      .machine = absl::StrCat(DescribeMachine(model->device()), ", ", DTypeName(dtype))};
  result.sections.push_back({.title = DescribeModel(*model),
                             .facts = {{"device_memory_gb_per_s", rates.device_gb_per_s}}});
  MNEME_ASSIGN_OR_RETURN(result.sections.emplace_back(), MeasureChoices(args, model, &random));
  result.sections.push_back(MeasureDecoding(args, rates.device_gb_per_s, model, &random));
  return result;
}

}  // namespace mneme
