#include "apps/config/follow_checkpoint.h"

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/find.h"
#include "apps/config/schema.h"
#include "apps/config/train_schema.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

template <class T>
absl::Status CheckSame(absl::string_view key, T here, T there, absl::string_view checkpoint) {
  if (here == there) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.", key, " is ", here, " here, and ", there, " in ", checkpoint,
                   ", whose weights the run starts from; leave it out to follow that"));
}

absl::Status CheckSameMeaning(const ModelConfig& here, const ModelConfig& there,
                              absl::string_view checkpoint) {
  MNEME_RETURN_IF_ERROR(CheckSame("dim", here.dim, there.dim, checkpoint));
  MNEME_RETURN_IF_ERROR(CheckSame("n_layers", here.n_layers, there.n_layers, checkpoint));
  MNEME_RETURN_IF_ERROR(CheckSame("n_heads", here.n_heads, there.n_heads, checkpoint));
  MNEME_RETURN_IF_ERROR(CheckSame("n_kv_heads", NumKvHeads(here), NumKvHeads(there), checkpoint));
  MNEME_RETURN_IF_ERROR(CheckSame("head_dim", HeadDim(here), HeadDim(there), checkpoint));
  MNEME_RETURN_IF_ERROR(CheckSame("norm_eps", here.norm_eps, there.norm_eps, checkpoint));
  return CheckSame("rope_theta", here.rope_theta, there.rope_theta, checkpoint);
}

}  // namespace

absl::Status FollowCheckpoint(const ModelParams& params, absl::string_view checkpoint,
                              std::set<std::string>* set_keys, TrainConfig* config) {
  ModelParams copy = params;
  const Schema from = SchemaOf(copy.model);
  const Schema to = SchemaOf(*config);
  for (const Field& field : from.fields) {
    const std::string path = absl::StrCat("model.", field.path);
    if (!field.get || field.path == "max_seqlen" || !set_keys->insert(path).second) continue;
    MNEME_RETURN_IF_ERROR(to.FindField(path)->set(field.get()));
  }
  const bool is_chosen =
      set_keys->contains("data.tokenizer.name") || set_keys->contains("data.tokenizer.path");
  if (!is_chosen && !params.tokenizer.name.empty()) {
    config->data.tokenizer = params.tokenizer;
    set_keys->insert({"data.tokenizer.name", "data.tokenizer.path"});
  }
  return CheckSameMeaning(config->model, params.model.model, checkpoint);
}

absl::Status FollowInitCheckpoint(std::set<std::string>* set_keys, TrainConfig* config) {
  const std::string& path = config->checkpoint.init_ckpt_path;
  if (path.empty()) return absl::OkStatus();
  const absl::StatusOr<FoundCheckpoint> found = ResolveCheckpoint(path, Verify::kSizes);
  if (!found.ok()) {
    return absl::Status(found.status().code(),
                        absl::StrCat("checkpoint.init_ckpt_path: ", found.status().message(),
                                     "; a run that has checkpoints of its own goes on with "
                                     "config=DUMP_DIR/config.yaml checkpoint.init_ckpt_path=null"));
  }
  const Checkpoint& checkpoint = *found->checkpoint;
  MNEME_ASSIGN_OR_RETURN(const ModelParams params, ModelParamsOf(checkpoint));
  return FollowCheckpoint(params, absl::StrCat("checkpoint '", checkpoint.path(), "'"), set_keys,
                          config);
}

}  // namespace mneme
