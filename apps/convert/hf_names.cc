#include "apps/convert/hf_names.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace mneme {

std::string HfName(absl::string_view name) {
  if (name == "output.weight") return "lm_head.weight";
  return absl::StrCat("model.", absl::StrReplaceAll(name, {{"tok_embeddings", "embed_tokens"},
                                                           {"attention_norm", "input_layernorm"},
                                                           {"ffn_norm", "post_attention_layernorm"},
                                                           {"attention.wq", "self_attn.q_proj"},
                                                           {"attention.wk", "self_attn.k_proj"},
                                                           {"attention.wv", "self_attn.v_proj"},
                                                           {"attention.wo", "self_attn.o_proj"},
                                                           {"feed_forward.w1", "mlp.gate_proj"},
                                                           {"feed_forward.w3", "mlp.up_proj"},
                                                           {"feed_forward.w2", "mlp.down_proj"}}));
}

bool HasRotaryRows(absl::string_view name) {
  return absl::EndsWith(name, ".attention.wq.weight") ||
         absl::EndsWith(name, ".attention.wk.weight");
}

int64_t HfRotaryRow(int64_t row, int64_t head_dim) {
  const int64_t head = row / head_dim, i = row % head_dim;
  return head * head_dim + i % 2 * (head_dim / 2) + i / 2;
}

int64_t OurRotaryRow(int64_t row, int64_t head_dim) {
  const int64_t head = row / head_dim, i = row % head_dim;
  return head * head_dim + i % (head_dim / 2) * 2 + i / (head_dim / 2);
}

}  // namespace mneme
