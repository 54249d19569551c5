#include "apps/config/data_schema.h"

#include <optional>
#include <string>
#include <utility>

#include "apps/config/scalar.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

using Sources = decltype(DataConfig::sources);

std::optional<double> ReadWeight(const YamlTree& tree) {
  if (tree.kind != YamlTree::Kind::kScalar) return std::nullopt;
  const std::optional<double> weight = ReadNumber(tree.scalar);
  return weight && *weight > 0 ? weight : std::nullopt;
}

// Sets the weight of one source; `path` is data.sources.
absl::Status SetWeight(const std::string& path, const std::string& name, const YamlTree& tree,
                       Sources* sources) {
  const std::optional<double> weight = ReadWeight(tree);
  if (!weight) return WrongValue(Field{.path = path + "." + name, .type = "a number > 0"}, tree);
  (*sources)[name] = *weight;
  return absl::OkStatus();
}

// {books: 2.0, news: 1.0}, or for equal weights [books, news] or books.
absl::StatusOr<Sources> ReadSources(const Field& field, const YamlTree& tree) {
  Sources sources;
  if (tree.kind == YamlTree::Kind::kScalar) sources[tree.scalar] = 1.0;
  for (size_t i = 0; i < tree.items.size(); ++i) {
    if (tree.kind == YamlTree::Kind::kMap) {
      MNEME_RETURN_IF_ERROR(SetWeight(field.path, tree.keys[i], tree.items[i], &sources));
    } else if (tree.items[i].kind == YamlTree::Kind::kScalar) {
      sources[tree.items[i].scalar] = 1.0;
    } else {
      return WrongValue(field, tree.items[i]);
    }
  }
  return sources;
}

void AddSources(Section& s, Sources& sources) {
  Field field =
      s.NewField("sources", "source names with weights > 0, such as {books: 2, news: 1}",
                 "folders of *.chunk.*.jsonl, files or patterns (also .gz and .zst), and their "
                 "share of the documents; wordnet is built in");
  field.set = [&sources, field](const YamlTree& tree) {
    absl::StatusOr<Sources> read = ReadSources(field, tree);
    if (read.ok()) sources = *std::move(read);
    return read.status();
  };
  field.set_entry = [&sources, path = field.path](const std::string& name, const YamlTree& tree) {
    return SetWeight(path, name, tree, &sources);
  };
  field.get = [&sources] {
    YamlTree map = YamlTree::Map();
    for (const auto& [name, weight] : sources) {
      map.keys.push_back(name);
      map.items.push_back(YamlTree::Plain(NumberText(weight)));
    }
    return map;
  };
  s.AddField(std::move(field));
}

}  // namespace

void Describe(Section& s, DataConfig& c) {
  s.AddPath("root_dir", c.root_dir, "folder that sources are in; \"\": the current one");
  AddSources(s, c.sources);
  s.Add("batch_size", c.batch_size, {.min = 1}, "sequences in a batch");
  s.Add("seq_len", c.seq_len, {.min = 1, .max = kMaxTokens}, "tokens in a sequence");
  s.Add("n_views", c.n_views, {.min = 2, .max = 64},
        "shifted copies of a sequence; 2: input and target");
  s.Add("seed", c.seed, {.min = 0}, "of the order of sequences");
  s.Add("add_bos", c.add_bos, "begin each document with the tokenizer's BOS");
  s.Add("add_eos", c.add_eos, "end each document with the tokenizer's EOS");
  s.Add("load_async", c.load_async, "prepare batches in a thread of their own");
  s.Add("prefetch_size", c.prefetch_size, {.min = 1},
        "batches in the window that sequences are shuffled in");
  s.AddPath("wordnet_dir", c.wordnet_dir, "WordNet's files, for the source wordnet");
  Section tokenizer = s.Sub("tokenizer", "text to token ids");
  tokenizer.Add("name", c.tokenizer.name, {"bytes", "sp", "tiktoken", "hf"},
                "one token a byte; a SentencePiece model; a tiktoken rank file, of GPT-2 or Llama "
                "3; Hugging Face's tokenizer.json of a byte-level BPE model");
  tokenizer.AddPath("path", c.tokenizer.path, "its file; for hf, the folder too; bytes has none");
  tokenizer.WithoutEffect({"n_words"});
}

}  // namespace mneme
