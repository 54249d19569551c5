// Loader throughput: jsonl text, plain and compressed, to batches, with the bytes tokenizer.
//   bazel run //data/loader:loader_benchmark
// The column bytes_per_second counts bytes of text.

#include <benchmark/benchmark.h>
#include <glog/logging.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "data/loader/loader.h"
#include "data/testing/compress.h"
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

std::string RandomJsonl() {
  std::string text;
  for (uint64_t document = 0; text.size() < kCorpusBytes; ++document) {
    absl::StrAppend(&text, "{\"text\": \"", RandomDocument(MakePhiloxKey(1, 2, document)), "\"}\n");
  }
  return text;
}

// A file of the corpus, written on first use.
std::string CorpusFile(const std::string& ending) {
  static const auto* text = new std::string(RandomJsonl());
  const fs::path path = fs::temp_directory_path() / ("mneme_loader_benchmark.jsonl" + ending);
  static auto* written = new std::set<std::string>;
  if (written->insert(path).second) {
    std::ofstream(path, std::ios::binary) << CompressFor(ending, *text);
  }
  return path;
}

void BM_Loader(benchmark::State& state, const std::string& ending) {
  DataConfig config;
  config.sources = {{CorpusFile(ending), 1.0}};
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
BENCHMARK_CAPTURE(BM_Loader, plain, "")->ArgName("async")->Arg(0)->Arg(1)->UseRealTime();
BENCHMARK_CAPTURE(BM_Loader, gzip, ".gz")->ArgName("async")->Arg(0)->Arg(1)->UseRealTime();
BENCHMARK_CAPTURE(BM_Loader, zstd, ".zst")->ArgName("async")->Arg(0)->Arg(1)->UseRealTime();

}  // namespace
}  // namespace mneme

BENCHMARK_MAIN();
