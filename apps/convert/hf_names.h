// The tensors of a Hugging Face Llama by the names they have here.

#ifndef MNEME_APPS_CONVERT_HF_NAMES_H_
#define MNEME_APPS_CONVERT_HF_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// "model.layers.3.self_attn.q_proj.weight" for "layers.3.attention.wq.weight"; a tensor of our
// dense transformer.
std::string HfName(absl::string_view name);

// Whether the rows of a tensor of ours are those of rotary heads: wq and wk. Hugging Face's heads
// of width d turn rows i and i + d / 2 as a pair, ours rows 2 i and 2 i + 1.
bool HasRotaryRows(absl::string_view name);

// Where row `row` of ours is in Hugging Face's layout, and back.
int64_t HfRotaryRow(int64_t row, int64_t head_dim);
int64_t OurRotaryRow(int64_t row, int64_t head_dim);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_HF_NAMES_H_
