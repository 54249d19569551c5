#include "apps/config/model_schema.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

// As golden fixtures have it in their metadata.
constexpr absl::string_view kFixture = R"(dim: 32
n_layers: 3
n_heads: 4
multiple_of: 16
norm_eps: 1e-05
rope_theta: 10000.0
vocab_size: 101
max_seqlen: 32
weight_tying: false
productkey_args:
  is_enabled: true
  layers: "2,0"
  mem_n_keys: 16
  mem_heads: 2
  mem_knn: 4
  mem_k_dim: 16
  mem_v_dim: 24
  mem_share_values: true
  swilu_projection: true
  mem_gated: false
  peer_variant: false
  qk_norm: true
  value_fixed_lr: 0.001
)";

std::string ErrorOf(absl::string_view text) {
  return std::string(ParseModelYaml(text, "params").status().message());
}

TEST(ModelSchemaTest, ReadsAFixture) {
  const absl::StatusOr<ModelSection> section = ParseModelYaml(kFixture, "a fixture");
  ASSERT_TRUE(section.ok()) << section.status();
  EXPECT_EQ(section->model.dim, 32);
  EXPECT_EQ(section->model.n_layers, 3);
  EXPECT_EQ(section->model.norm_eps, 1e-5);
  EXPECT_EQ(section->model.vocab_size, 101);
  EXPECT_EQ(NumKvHeads(section->model), 4);
  EXPECT_EQ(HeadDim(section->model), 8);
  EXPECT_EQ(section->memory.layers, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(section->memory.mem_v_dim, 24);
  EXPECT_TRUE(section->memory.qk_norm);
  EXPECT_EQ(NumRows(section->memory), 256);
  EXPECT_EQ(RowDim(section->memory, section->model.dim), 24);
}

TEST(ModelSchemaTest, DefaultsAreTheReferences) {
  const absl::StatusOr<ModelSection> section = ParseModelYaml("", "nothing");
  ASSERT_TRUE(section.ok()) << section.status();
  EXPECT_EQ(DumpModelJson(*section), DumpModelJson(ModelSection()));
  EXPECT_EQ(section->model.dim, 512);
  EXPECT_FALSE(section->memory.is_enabled);
}

TEST(ModelSchemaTest, ComesBackTheSame) {
  const absl::StatusOr<ModelSection> section = ParseModelYaml(kFixture, "a fixture");
  ASSERT_TRUE(section.ok()) << section.status();
  const std::string text = DumpModelJson(*section);
  const absl::StatusOr<ModelSection> back = ParseModelYaml(text, "a dump");
  ASSERT_TRUE(back.ok()) << back.status() << text;
  EXPECT_EQ(DumpModelJson(*back), text);
}

TEST(ModelSchemaTest, LayersMayBeWrittenInMoreThanOneWay) {
  const auto layers = [](absl::string_view text) {
    const absl::StatusOr<ModelSection> section = ParseModelYaml(
        absl::StrCat("n_layers: 24\nproductkey_args: {layers: ", text, "}"), "params");
    EXPECT_TRUE(section.ok()) << section.status();
    return section.ok() ? section->memory.layers : std::vector<int64_t>{-1};
  };
  EXPECT_EQ(layers("\"\""), (std::vector<int64_t>{}));
  EXPECT_EQ(layers("null"), (std::vector<int64_t>{}));
  EXPECT_EQ(layers("[]"), (std::vector<int64_t>{}));
  EXPECT_EQ(layers("\"4\""), (std::vector<int64_t>{4}));
  EXPECT_EQ(layers("4"), (std::vector<int64_t>{4}));
  EXPECT_EQ(layers("\"20, 4,12 \""), (std::vector<int64_t>{4, 12, 20}));
  EXPECT_EQ(layers("[12, 4]"), (std::vector<int64_t>{4, 12}));
}

TEST(ModelSchemaTest, WrongLayers) {
  const std::string expected =
      "params:1: productkey_args.layers: expected block numbers such as 4 or \"4,12,20\", got ";
  EXPECT_EQ(ErrorOf("productkey_args: {layers: four}"), expected + "\"four\"");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: \"4,,5\"}"), expected + "\"4,,5\"");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: \"4,\"}"), expected + "\"4,\"");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: -1}"), expected + "\"-1\"");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: 1.5}"), expected + "\"1.5\"");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: [[1]]}"), expected + "a list");
  EXPECT_EQ(ErrorOf("productkey_args: {layers: {a: 1}}"), expected + "a map");
}

TEST(ModelSchemaTest, KeysWithOneValueOnly) {
  EXPECT_EQ(ErrorOf("sliding_window: null\nproductkey_args: {mem_offload: false}"), "");
  EXPECT_EQ(ErrorOf("productkey_args:\n  mem_offload: true"),
            "params:2: productkey_args.mem_offload: expected false (there is no FPGA here; "
            "zero_copy: true keeps the tables in host memory), got \"true\"");
  EXPECT_EQ(ErrorOf("sliding_window: 128"),
            "params:1: sliding_window: expected null (every token attends to all before it), "
            "got \"128\"");
}

TEST(ModelSchemaTest, HeadsFollowHeadDim) {
  const absl::StatusOr<ModelSection> alone = ParseModelYaml("dim: 256\nhead_dim: 32", "params");
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(alone->model.n_heads, 8);
  const absl::StatusOr<ModelSection> both =
      ParseModelYaml("dim: 256\nhead_dim: 32\nn_heads: 3", "params");
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->model.n_heads, 3);
  EXPECT_EQ(HeadDim(both->model), 32);
}

TEST(ModelSchemaTest, KeysMustAgree) {
  EXPECT_EQ(ErrorOf("dim: 64\nn_heads: 6"),
            "params: n_heads = 6 does not divide dim = 64; choose a number that does, such as 8");
  EXPECT_EQ(ErrorOf("dim: 60\nn_heads: 4"),
            "params: dim = 60 over n_heads = 4 makes heads 15 wide, but rotary embedding turns "
            "pairs of numbers; choose sizes that make the heads' width even");
  EXPECT_EQ(ErrorOf("head_dim: 15"),
            "params: head_dim = 15 is odd, but rotary embedding turns pairs of numbers; "
            "choose sizes that make the heads' width even");
  EXPECT_EQ(ErrorOf("dim: 512\nn_heads: 2"),
            "params: dim = 512 over n_heads = 2 makes heads 256 wide, and attention takes at most "
            "128; give more heads");
  EXPECT_EQ(ErrorOf("n_heads: 8\nn_kv_heads: 3"),
            "params: n_kv_heads = 3 does not divide n_heads = 8; "
            "choose a number that does, such as 4");
  EXPECT_EQ(ErrorOf("n_heads: 8\nn_kv_heads: 16"),
            "params: n_kv_heads = 16 does not divide n_heads = 8; "
            "choose a number that does, such as 8");
  EXPECT_EQ(ErrorOf("dim: 9999999"), "params: dim = 9999999 is too large; give at most 1048576");
}

TEST(ModelSchemaTest, MemoryMustFitTheModel) {
  const auto error = [](absl::string_view keys) {
    return ErrorOf(absl::StrCat("productkey_args: {is_enabled: true, ", keys, "}"));
  };
  EXPECT_EQ(error("layers: \"4\""), "");
  EXPECT_EQ(error("layers: \"\""),
            "params: productkey_args.is_enabled is true, but productkey_args.layers names no "
            "block; name some, such as \"4\", or set is_enabled to false");
  EXPECT_EQ(error("layers: \"4,8\""),
            "params: productkey_args.layers names block 8, but n_layers = 8 has blocks 0 to 7; "
            "name blocks of the model");
  EXPECT_EQ(error("layers: \"4,2,4\""),
            "params: productkey_args.layers names block 4 twice; name it once");
  EXPECT_EQ(error("layers: 4, mem_knn: 33, mem_n_keys: 32"),
            "params: productkey_args.mem_knn = 33 is more than productkey_args.mem_n_keys = 32, "
            "the keys it picks from; lower mem_knn or raise mem_n_keys");
  EXPECT_EQ(error("layers: 4, mem_knn: 32, mem_n_keys: 32"), "");
  EXPECT_EQ(error("layers: 4, mem_k_dim: 33"),
            "params: productkey_args.mem_k_dim = 33 is odd, but a query is split into two equal "
            "halves; make it even");
  EXPECT_EQ(error("layers: 4, mem_n_keys: 300000"),
            "params: productkey_args.mem_n_keys = 300000 is too large; give at most 262144");
  // What is switched off need not agree.
  EXPECT_EQ(ErrorOf("productkey_args: {layers: \"99\", mem_knn: 5000}"), "");
}

}  // namespace
}  // namespace mneme
