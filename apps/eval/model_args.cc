#include "apps/eval/model_args.h"

#include "absl/strings/str_cat.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {

void Describe(Section& s, ModelArgs& c) {
  s.AddPath("ckpt_dir", c.ckpt_dir,
            "a run directory, for its latest checkpoint, or a checkpoint's own folder");
  s.Add("device", c.device, {"auto", "cpu", "cuda"}, "where to run; auto: the GPU if there is one");
  s.Add("dtype", c.dtype, {{"fp32", DType::kF32}, {"bf16", DType::kBF16}, {"fp16", DType::kF16}},
        "of the computation; the CPU's is fp32");
  AddThreads(s, c.threads);
  Section tokenizer = s.Sub("tokenizer", "what the model reads text with");
  tokenizer.Add("name", c.tokenizer.name, {"auto", "bytes", "sp", "tiktoken", "hf"},
                "as data.tokenizer.name of //apps:train; auto: what the checkpoint names");
  tokenizer.AddPath("path", c.tokenizer.path, "its file");
}

absl::StatusOr<LoadedModel> LoadModel(const ModelArgs& args, Screen* screen) {
  MNEME_ASSIGN_OR_RETURN(const Device device, ParseDevice(args.device));
  if (device.is_cpu() && args.dtype != DType::kF32) {
    return absl::InvalidArgumentError("the CPU computes in fp32 only; use dtype=fp32");
  }
  SetNumThreads(static_cast<int>(args.threads));
  TokenizerConfig tokenizer = args.tokenizer;
  if (tokenizer.name == "auto") tokenizer.name.clear();
  absl::StatusOr<LoadedModel> loaded = LoadModel(args.ckpt_dir, device, args.dtype, tokenizer);
  if (absl::IsNotFound(loaded.status())) {
    return absl::NotFoundError(absl::StrCat(loaded.status().message(),
                                            "; train a model with //apps:train, or set ckpt_dir"));
  }
  MNEME_RETURN_IF_ERROR(loaded.status());
  for (const std::string& warning : loaded->warnings) {
    screen->Print(absl::StrCat("warning: ", warning));
  }
  return loaded;
}

}  // namespace mneme
