#include "apps/config/model_schema.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "apps/config/apply.h"
#include "apps/config/model_rules.h"
#include "apps/config/scalar.h"
#include "apps/config/yaml_writer.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Block numbers as "", 4, "4,12,20" or [4, 12].
std::optional<std::vector<int64_t>> ReadBlocks(const YamlTree& tree) {
  std::vector<std::string> parts;
  if (tree.kind == YamlTree::Kind::kMap) return std::nullopt;
  for (const YamlTree& item : tree.items) {
    if (item.kind != YamlTree::Kind::kScalar) return std::nullopt;
    parts.push_back(item.scalar);
  }
  if (!absl::StripAsciiWhitespace(tree.scalar).empty()) parts = absl::StrSplit(tree.scalar, ',');
  std::vector<int64_t> blocks;
  for (const std::string& part : parts) {
    const std::optional<int64_t> block = ReadInteger(absl::StripAsciiWhitespace(part));
    if (!block || *block < 0) return std::nullopt;
    blocks.push_back(*block);
  }
  std::sort(blocks.begin(), blocks.end());
  return blocks;
}

void DescribeMemory(Section& s, MemoryConfig& c) {
  s.Add("is_enabled", c.is_enabled, "whether the model has memory layers");
  s.AddReader(
      "layers", "block numbers such as 4 or \"4,12,20\"",
      "blocks whose feed-forward is a memory layer (see mem_keep_ffn), counted from 0",
      [&c](const YamlTree& tree) {
        std::optional<std::vector<int64_t>> blocks = ReadBlocks(tree);
        if (blocks) c.layers = *std::move(blocks);
        return blocks.has_value();
      },
      [&c] { return YamlTree::Text(absl::StrJoin(c.layers, ",")); });
  s.Add("mem_n_keys", c.mem_n_keys, {.min = 1},
        "keys in each half; the table has mem_n_keys * mem_n_keys rows");
  s.Add("mem_heads", c.mem_heads, {.min = 1}, "lookups for each token, each with its own keys");
  s.Add("mem_knn", c.mem_knn, {.min = 1}, "rows picked by each head for each token");
  s.Add("mem_k_dim", c.mem_k_dim, {.min = 2}, "width of a query; even, a half for each half key");
  s.Add("mem_v_dim", c.mem_v_dim, {.min = 1, .or_value = -1}, "width of a row; -1: model.dim");
  s.Add("mem_share_values", c.mem_share_values, "one table for all memory layers");
  s.Add("swilu_projection", c.swilu_projection,
        "gate the output by silu of a projection of the input, then project it");
  s.Add("value_fixed_lr", c.value_fixed_lr, {.min = 0},
        "learning rate of the tables, before the schedule; null: optim.lr");
  s.Add("mem_gated", c.mem_gated, "multiply the output by a learned gate of the input");
  s.Add("peer_variant", c.peer_variant, "two tables whose rows are tiny experts (PEER)");
  s.Add("mem_keep_ffn", c.mem_keep_ffn,
        "the blocks keep their feed-forward, and the memory, zero at the start, is added to it");
  s.Add("qk_norm", c.qk_norm, "RMS-normalise queries and keys before scoring");
  s.Add("zero_copy", c.zero_copy,
        "keep the tables in host memory that the GPU maps, and read rows from there; false: in the "
        "GPU's");
  s.Add("gather", c.gather,
        {{"auto", RowGather::kAuto}, {"gpu", RowGather::kGpu}, {"cpu", RowGather::kCpu}},
        "who reads rows in host memory; auto: the faster one, measured at the start");
  s.Add("values_dtype", c.values_dtype,
        {{"fp32", ValuesDType::kFp32}, {"bf16", ValuesDType::kBf16}},
        "precision of the values; bf16, stochastically rounded: 10 bytes an element with Adam's "
        "moments, which stay fp32, instead of 12 (14 beside a half-precision model on a GPU)");
  s.AddReader(
      "mem_offload",
      "false (there is no FPGA here; zero_copy: true keeps the tables in host memory)",
      "tables behind an FPGA elsewhere; see zero_copy",
      [](const YamlTree& tree) { return ReadBool(tree.scalar) == false; }, nullptr);
}

}  // namespace

void DescribeModel(Section& s, ModelConfig& c, MemoryConfig& memory) {
  s.Add("dim", c.dim, {.min = 1}, "width of the residual stream");
  s.Add("n_layers", c.n_layers, {.min = 1}, "transformer blocks");
  s.Add("n_heads", c.n_heads, {.min = 1}, "attention heads");
  s.Add("n_kv_heads", c.n_kv_heads, {.min = 1}, "heads of keys and values; null: n_heads");
  s.Add("head_dim", c.head_dim, {.min = 2}, "width of an attention head; null: dim / n_heads");
  s.Add("ffn_dim_multiplier", c.ffn_dim_multiplier, {.above = 0, .max = 1000},
        "scales the feed-forward's hidden size, 8/3 dim; null: 1");
  s.Add("multiple_of", c.multiple_of, {.min = 1},
        "round that hidden size up to a multiple of this");
  s.Add("norm_eps", c.norm_eps, {.min = 1e-20}, "added to the mean square in RMSNorm");
  s.Add("rope_theta", c.rope_theta, {.min = 1}, "base of the rotary embedding's wavelengths");
  s.Add("vocab_size", c.vocab_size, {.min = 1, .or_value = -1}, "token ids; -1: the tokenizer's");
  s.Add("max_seqlen", c.max_seqlen, {.min = 1, .max = kMaxTokens},
        "longest sequence the model is made for");
  s.Add("weight_tying", c.weight_tying, "the output projection is the token embedding");
  s.Add("init_base_std", c.init_base_std, {.above = 0},
        "initial standard deviation of dense weights; null: 1 / sqrt(inputs)");
  s.Add("init_std_factor", c.init_std_factor,
        {{"disabled", InitStdFactor::kDisabled},
         {"global_depth", InitStdFactor::kGlobalDepth},
         {"current_depth", InitStdFactor::kCurrentDepth},
         {"dim_ratio", InitStdFactor::kDimRatio}},
        "what divides the initial deviation of weights that write to the residual stream");
  Section sub = s.Sub("productkey_args", "memory layers with product keys");
  DescribeMemory(sub, memory);
  s.AddReader(
      "sliding_window", "null (every token attends to all before it)",
      "attention to the last tokens only, elsewhere",
      [](const YamlTree& tree) { return tree.kind == YamlTree::Kind::kNull; }, nullptr);
  s.WithoutEffect({"seed", "attn_impl"});
}

void Describe(Section& section, ModelSection& config) {
  DescribeModel(section, config.model, config.memory);
}

absl::StatusOr<ModelSection> ParseModelYaml(absl::string_view text, absl::string_view origin) {
  ModelSection config;
  const Schema schema = SchemaOf(config);
  ConfigReport report;
  MNEME_ASSIGN_OR_RETURN(const YamlTree tree, ParseYaml(text, origin));
  MNEME_RETURN_IF_ERROR(ApplyTree(schema, tree, &report));
  InferHeads(report.set_keys, "", &config.model);
  const absl::Status valid = ValidateModel(config.model, config.memory, "");
  if (!valid.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": ", valid.message()));
  }
  return config;
}

std::string DumpModelJson(const ModelSection& config) {
  ModelSection copy = config;
  return WriteJson(SchemaOf(copy));
}

}  // namespace mneme
