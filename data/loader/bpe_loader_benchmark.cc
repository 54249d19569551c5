// Loader throughput with byte-pair encoding: jsonl text of English to batches, tokens of GPT-2.
//   bazel run //data/loader:bpe_loader_benchmark
// The column MB/s counts bytes of text.

#include <benchmark/benchmark.h>
#include <glog/logging.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "data/loader/loader.h"
#include "data/tokenizer/tiktoken_file.h"
#include "data/wordnet/wordnet.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

constexpr int64_t kDocumentBytes = 4 << 10;

// The glosses of WordNet in documents of a few KiB, written on first use.
const std::string& Corpus() {
  static const auto* path = [] {
    const auto entries = LoadWordNet(kWordNetDir);
    CHECK(entries.ok()) << entries.status();
    auto* made = new std::string(std::filesystem::temp_directory_path() /
                                 "mneme_bpe_loader_benchmark.jsonl");
    std::ofstream file(*made, std::ios::binary);
    std::string text;
    for (const WordNetEntry& entry : *entries) {
      text += EntryText(entry) + "\n";
      if (text.size() < kDocumentBytes) continue;
      file << nlohmann::json{{"text", text}} << "\n";
      text.clear();
    }
    return made;
  }();
  return *path;
}

void BM_BpeLoader(benchmark::State& state) {
  DataConfig config;
  config.sources = {{Corpus(), 1.0}};
  config.batch_size = 8;
  config.load_async = state.range(0) != 0;
  auto tokenizer = LoadTiktoken("data/tokenizer/testdata/r50k_base.tiktoken");
  CHECK(tokenizer.ok()) << tokenizer.status();
  const auto loader = Loader::Create(config, *std::move(tokenizer));
  CHECK(loader.ok()) << loader.status();
  int64_t bytes = 0, tokens = 0;
  for (auto _ : state) {
    const absl::StatusOr<Batch> batch = (*loader)->Next();
    CHECK(batch.ok()) << batch.status();
    bytes += batch->text_bytes;
    tokens += static_cast<int64_t>(batch->tokens.size());
  }
  state.counters["MB/s"] = benchmark::Counter(bytes * 1e-6, benchmark::Counter::kIsRate);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
}
// Several shuffle windows of 64 batches: the first batch of each waits for all of it.
BENCHMARK(BM_BpeLoader)->ArgName("async")->Arg(0)->Arg(1)->Iterations(256)->UseRealTime();

}  // namespace
}  // namespace mneme

BENCHMARK_MAIN();
