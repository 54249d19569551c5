// What to train on, and in what portions.

#ifndef MNEME_DATA_LOADER_DATA_CONFIG_H_
#define MNEME_DATA_LOADER_DATA_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"

namespace mneme {

struct TokenizerConfig {
  std::string name = "bytes";  // see MakeTokenizer
  std::string path;            // the tokenizer's file, for a kind that has one
};

// The keys under `data` of a configuration, with their defaults.
struct DataConfig {
  std::string root_dir;  // folder of the sources; empty: the current one

  // Name of a source -> its share of the documents. A name is a path under root_dir (a folder of
  // chunks, a file, a glob: see FindCorpusFiles); "wordnet" is the built-in corpus, whatever
  // root_dir holds ("./wordnet" is a folder of that name).
  std::map<std::string, double> sources = {{"wordnet", 1.0}};

  int64_t batch_size = 2;  // sequences a batch
  int64_t seq_len = 2048;  // tokens a sequence
  int64_t n_views = 2;     // sequences shifted by one token: 2 for input and target
  int64_t seed = 42;
  bool add_bos = true;  // around each document
  bool add_eos = true;
  bool load_async = true;      // make batches in a thread of their own
  int64_t prefetch_size = 64;  // batches a shuffle window
  TokenizerConfig tokenizer;

  std::string wordnet_dir = "/usr/share/wordnet";  // of the corpus "wordnet"
};

// Which of several trainers this is: they share the documents out among them.
struct DataRank {
  int64_t rank = 0;
  int64_t world = 1;
};

// InvalidArgument, naming the key, for a value out of range.
absl::Status CheckDataConfig(const DataConfig& config);
absl::Status CheckDataRank(const DataRank& rank);

}  // namespace mneme

#endif  // MNEME_DATA_LOADER_DATA_CONFIG_H_
