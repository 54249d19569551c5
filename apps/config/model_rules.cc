#include "apps/config/model_rules.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "autograd/ops/attention/attention_kernels.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Keep every product of sizes, bytes of a table included, inside int64_t.
constexpr int64_t kMaxSize = int64_t{1} << 20;
constexpr int64_t kMaxKeys = int64_t{1} << 18;
constexpr int64_t kMaxVocabulary = int64_t{1} << 31;

template <class... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// "model.dim = 65".
std::string KeyIs(absl::string_view section, absl::string_view key, int64_t value) {
  return absl::StrCat(section, key, " = ", value);
}

// The divisor of `n` nearest to `wanted`; the larger of two.
int64_t NearestDivisor(int64_t n, int64_t wanted) {
  wanted = std::min(wanted, n);
  for (int64_t distance = 0; distance < n; ++distance) {
    for (const int64_t d : {wanted + distance, wanted - distance}) {
      if (d >= 1 && d <= n && n % d == 0) return d;
    }
  }
  return 1;
}

absl::Status AtMost(absl::string_view section, absl::string_view key, int64_t value,
                    int64_t limit) {
  if (value <= limit) return absl::OkStatus();
  return Invalid(KeyIs(section, key, value), " is too large; give at most ", limit);
}

absl::Status ValidateSizes(const ModelConfig& model, absl::string_view section) {
  MNEME_RETURN_IF_ERROR(AtMost(section, "dim", model.dim, kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(section, "n_layers", model.n_layers, kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(section, "n_heads", model.n_heads, kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(section, "head_dim", model.head_dim.value_or(0), kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(section, "multiple_of", model.multiple_of, kMaxSize));
  return AtMost(section, "vocab_size", model.vocab_size, kMaxVocabulary);
}

absl::Status ValidateHeads(const ModelConfig& model, absl::string_view section) {
  const std::string n_heads = KeyIs(section, "n_heads", model.n_heads);
  const std::string dim = KeyIs(section, "dim", model.dim);
  if (!model.head_dim && model.dim % model.n_heads != 0) {
    return Invalid(n_heads, " does not divide ", dim, "; choose a number that does, such as ",
                   NearestDivisor(model.dim, model.n_heads));
  }
  if (HeadDim(model) % 2 != 0) {
    const std::string heads =
        model.head_dim
            ? absl::StrCat(KeyIs(section, "head_dim", *model.head_dim), " is odd")
            : absl::StrCat(dim, " over ", n_heads, " makes heads ", HeadDim(model), " wide");
    return Invalid(heads, ", but rotary embedding turns pairs of numbers; ",
                   "choose sizes that make the heads' width even");
  }
  if (HeadDim(model) > kMaxHeadDim) {
    const std::string heads = model.head_dim ? KeyIs(section, "head_dim", *model.head_dim)
                                             : absl::StrCat(dim, " over ", n_heads, " makes heads ",
                                                            HeadDim(model), " wide");
    return Invalid(heads, ", and attention takes at most ", kMaxHeadDim, "; ",
                   model.head_dim ? "lower it" : "give more heads");
  }
  if (model.n_heads % NumKvHeads(model) != 0) {
    return Invalid(KeyIs(section, "n_kv_heads", NumKvHeads(model)), " does not divide ", n_heads,
                   "; choose a number that does, such as ",
                   NearestDivisor(model.n_heads, NumKvHeads(model)));
  }
  return absl::OkStatus();
}

absl::Status ValidateBlocks(const MemoryConfig& memory, int64_t n_layers, absl::string_view section,
                            absl::string_view memory_section) {
  const std::vector<int64_t>& blocks = memory.layers;
  if (blocks.empty()) {
    return Invalid(memory_section, "is_enabled is true, but ", memory_section,
                   "layers names no block; name some, such as \"4\", or set is_enabled to false");
  }
  for (const int64_t block : blocks) {
    if (block >= 0 && block < n_layers) continue;
    return Invalid(memory_section, "layers names block ", block, ", but ",
                   KeyIs(section, "n_layers", n_layers), " has blocks 0 to ", n_layers - 1,
                   "; name blocks of the model");
  }
  for (size_t i = 1; i < blocks.size(); ++i) {
    if (blocks[i] != blocks[i - 1]) continue;
    return Invalid(memory_section, "layers names block ", blocks[i], " twice; name it once");
  }
  return absl::OkStatus();
}

absl::Status ValidateMemory(const MemoryConfig& memory, int64_t n_layers,
                            absl::string_view section) {
  const std::string here = absl::StrCat(section, "productkey_args.");
  MNEME_RETURN_IF_ERROR(AtMost(here, "mem_n_keys", memory.mem_n_keys, kMaxKeys));
  MNEME_RETURN_IF_ERROR(AtMost(here, "mem_heads", memory.mem_heads, kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(here, "mem_k_dim", memory.mem_k_dim, kMaxSize));
  MNEME_RETURN_IF_ERROR(AtMost(here, "mem_v_dim", memory.mem_v_dim, kMaxSize));
  MNEME_RETURN_IF_ERROR(ValidateBlocks(memory, n_layers, section, here));
  if (memory.mem_knn > memory.mem_n_keys) {
    return Invalid(KeyIs(here, "mem_knn", memory.mem_knn), " is more than ",
                   KeyIs(here, "mem_n_keys", memory.mem_n_keys),
                   ", the keys it picks from; lower mem_knn or raise mem_n_keys");
  }
  if (memory.mem_k_dim % 2 != 0) {
    return Invalid(KeyIs(here, "mem_k_dim", memory.mem_k_dim),
                   " is odd, but a query is split into two equal halves; make it even");
  }
  return absl::OkStatus();
}

}  // namespace

void InferHeads(const std::set<std::string>& set_keys, absl::string_view section,
                ModelConfig* model) {
  if (!model->head_dim || set_keys.contains(absl::StrCat(section, "n_heads"))) return;
  model->n_heads = std::max<int64_t>(1, model->dim / *model->head_dim);
}

absl::Status ValidateModel(const ModelConfig& model, const MemoryConfig& memory,
                           absl::string_view section) {
  MNEME_RETURN_IF_ERROR(ValidateSizes(model, section));
  MNEME_RETURN_IF_ERROR(ValidateHeads(model, section));
  if (!memory.is_enabled) return absl::OkStatus();
  return ValidateMemory(memory, model.n_layers, section);
}

}  // namespace mneme
