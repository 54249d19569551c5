// Loader throughput: jsonl text to batches, with the bytes tokenizer.
//   bazel run //data/loader:loader_benchmark
// The column bytes_per_second counts bytes of text.

#include <benchmark/benchmark.h>
#include <glog/logging.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "data/loader/loader.h"
#include "data/tokenizer/byte_tokenizer.h"
#include "runtime/random/philox.h"

namespace mneme {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kCorpusBytes = 64 << 20;

// Documents of 1 to 16 KiB: words, line breaks as JSON escapes, and some accented letters.
std::string RandomDocument(PhiloxKey key) {
  constexpr const char* kWords[] = {"memory ", "of ",          "the ",      "table\\n",
                                    "café ",   "row ",         "looks ",    "up\\t",
                                    "slowly ", "\\\"and\\\" ", "returns. ", "a "};
  std::string text;
  const size_t size = 1024 + ElementBits(key, 0) % (15 << 10);
  for (uint64_t i = 1; text.size() < size; ++i) text += kWords[ElementBits(key, i) % 12];
  return text;
}

// A folder with one source, "bench", written on first use.
const std::string& CorpusRoot() {
  static const auto* root = [] {
    auto* path = new std::string(fs::temp_directory_path() / "mneme_loader_benchmark");
    fs::create_directories(*path + "/bench");
    std::ofstream file(*path + "/bench/bench.chunk.00.jsonl", std::ios::binary);
    int64_t bytes = 0;
    for (uint64_t document = 0; bytes < kCorpusBytes; ++document) {
      const std::string line =
          "{\"text\": \"" + RandomDocument(MakePhiloxKey(1, 2, document)) + "\"}\n";
      file << line;
      bytes += line.size();
    }
    return path;
  }();
  return *root;
}

void BM_Loader(benchmark::State& state) {
  DataConfig config;
  config.root_dir = CorpusRoot();
  config.sources = {{"bench", 1.0}};
  config.batch_size = 8;
  config.load_async = state.range(0) != 0;
  const auto loader = Loader::Create(config, std::make_shared<ByteTokenizer>());
  CHECK(loader.ok()) << loader.status();
  int64_t bytes = 0;
  for (auto _ : state) {
    const absl::StatusOr<Batch> batch = (*loader)->Next();
    CHECK(batch.ok()) << batch.status();
    bytes += batch->text_bytes;
    benchmark::DoNotOptimize(batch->tokens.data());
  }
  state.SetBytesProcessed(bytes);
  state.counters["MB/s"] = benchmark::Counter(bytes * 1e-6, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Loader)->ArgName("async")->Arg(0)->Arg(1)->UseRealTime();

}  // namespace
}  // namespace mneme

BENCHMARK_MAIN();
