// Encoding speed on the glosses of WordNet, one text of 64 KiB at a time, in one thread.
//   bazel run //data/tokenizer:tokenizer_benchmark
// MNEME_TOKENIZER=tiktoken:FILE in the environment adds a tokenizer to compare.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "data/wordnet/wordnet.h"
#include "glog/logging.h"

namespace mneme {
namespace {

constexpr size_t kTextBytes = 64 << 10;

// Texts of English, words and punctuation as they come.
const std::vector<std::string>& Texts() {
  static const auto* texts = [] {
    const auto entries = LoadWordNet(kWordNetDir);
    CHECK(entries.ok()) << entries.status();
    auto* made = new std::vector<std::string>(1);
    for (const WordNetEntry& entry : *entries) {
      if (made->back().size() > kTextBytes) made->emplace_back();
      absl::StrAppend(&made->back(), EntryText(entry), "\n");
    }
    return made;
  }();
  return *texts;
}

void BM_Encode(benchmark::State& state, const std::string& name, const std::string& path) {
  const auto tokenizer = MakeTokenizer(name, path);
  CHECK(tokenizer.ok()) << tokenizer.status();
  std::vector<int32_t> ids;
  int64_t bytes = 0, tokens = 0;
  for (size_t i = 0; auto _ : state) {
    const std::string& text = Texts()[i++ % Texts().size()];
    ids.clear();
    (*tokenizer)->AppendEncoded(text, true, true, &ids);
    bytes += text.size();
    tokens += ids.size();
  }
  state.counters["MB/s"] = benchmark::Counter(bytes * 1e-6, benchmark::Counter::kIsRate);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(BM_Encode, bytes, "bytes", "");
BENCHMARK_CAPTURE(BM_Encode, r50k, "tiktoken", "data/tokenizer/testdata/r50k_base.tiktoken");
BENCHMARK_CAPTURE(BM_Encode, tiny_sp, "sp", "data/tokenizer/testdata/tiny_bpe.model");

void BM_LoadTiktoken(benchmark::State& state) {
  for (auto _ : state) {
    CHECK(MakeTokenizer("tiktoken", "data/tokenizer/testdata/r50k_base.tiktoken").ok());
  }
}
BENCHMARK(BM_LoadTiktoken)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  if (const char* extra = std::getenv("MNEME_TOKENIZER")) {
    const std::pair<std::string, std::string> kind = absl::StrSplit(extra, absl::MaxSplits(':', 1));
    benchmark::RegisterBenchmark(extra, mneme::BM_Encode, kind.first, kind.second);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
