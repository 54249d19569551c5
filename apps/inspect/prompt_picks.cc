#include "apps/inspect/prompt_picks.h"

#include "absl/strings/str_format.h"
#include "autograd/core/tape.h"
#include "autograd/ops/softmax/softmax.h"
#include "data/text/utf8.h"

namespace mneme {
namespace {

std::string Shown(const std::string& bytes) {
  if (IsValidUtf8(bytes)) return bytes;
  std::string text;
  for (char byte : bytes) absl::StrAppendFormat(&text, "<%02X>", static_cast<uint8_t>(byte));
  return text;
}

}  // namespace

std::vector<LayerPicks> PickRows(LanguageModel* model, absl::Span<const int32_t> tokens) {
  TapeScope no_tape(nullptr);
  const int64_t length = static_cast<int64_t>(tokens.size());
  model->Logits(
      Tensor::From<int32_t>({1, length}, {tokens.begin(), tokens.end()}, model->device()));
  const MemoryConfig& config = model->memory_config();
  std::vector<LayerPicks> layers;
  for (const LanguageModel::MemoryBlock& block : model->memory_layers()) {
    layers.push_back(
        {.layer = block.layer,
         .heads = config.mem_heads,
         .knn = config.mem_knn,
         .n_keys = config.mem_n_keys,
         .rows = block.module->last_rows().ToVector<int64_t>(),
         .weights = Softmax(Variable(block.module->last_scores())).value().ToVector<float>()});
  }
  return layers;
}

PromptPicks PickRowsOf(LanguageModel* model, const Tokenizer& tokenizer,
                       const std::string& prompt) {
  std::vector<int32_t> tokens = tokenizer.Encode(prompt, /*bos=*/true, /*eos=*/false);
  const size_t window = static_cast<size_t>(model->config().max_seqlen);
  PromptPicks picks;
  picks.prompt = prompt;
  picks.is_cut = tokens.size() > window;
  if (picks.is_cut) tokens.erase(tokens.begin(), tokens.end() - window);
  picks.tokens = TokenTexts(tokenizer, tokens);
  picks.layers = PickRows(model, tokens);
  return picks;
}

std::vector<std::string> TokenTexts(const Tokenizer& tokenizer, absl::Span<const int32_t> tokens) {
  std::vector<std::string> texts;
  bool begins_text = false;
  for (int32_t token : tokens) {
    const bool is_bos = token == tokenizer.bos_id();
    if (is_bos || token == tokenizer.eos_id()) {
      texts.push_back(is_bos ? "<bos>" : "<eos>");
    } else {
      texts.push_back(
          Shown(begins_text ? tokenizer.Decode({token}) : tokenizer.DecodeContinuation({token})));
    }
    begins_text = is_bos;
  }
  return texts;
}

}  // namespace mneme
