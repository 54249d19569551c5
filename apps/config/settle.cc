#include "apps/config/settle.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/config/model_rules.h"
#include "apps/config/user_path.h"

namespace mneme {
namespace {

bool WasSet(const ConfigReport& report, absl::string_view path) {
  return report.set_keys.contains(std::string(path));
}

void NoteOddCombinations(const TrainConfig& config, ConfigReport* report) {
  const MemoryConfig& memory = config.memory;
  if (!memory.is_enabled && !memory.layers.empty()) {
    report->notes.push_back(
        "model.productkey_args.layers names blocks, but is_enabled is false: "
        "the model has no memory layers");
  }
  if (memory.is_enabled && memory.peer_variant && memory.mem_v_dim > 0) {
    report->notes.push_back(
        "model.productkey_args.mem_v_dim has no effect with peer_variant: "
        "its rows are as wide as the model");
  }
  if (config.optim.scheduler != SchedulerKind::kConstant && config.optim.warmup > config.steps) {
    report->notes.push_back(absl::StrCat("optim.warmup = ", config.optim.warmup,
                                         " is longer than steps = ", config.steps,
                                         ": the learning rate only rises"));
  }
}

// Lowers *size to what is left of `n_devices`.
void Lower(absl::string_view path, int64_t left, int64_t n_devices, int64_t* size,
           ConfigReport* report) {
  if (*size <= left) return;
  report->notes.push_back(absl::StrCat(path, " = ", *size, " is lowered to ", left, ": there ",
                                       n_devices == 1 ? "is " : "are ", n_devices,
                                       n_devices == 1 ? " device" : " devices", " to train on"));
  *size = left;
}

}  // namespace

void Settle(TrainConfig* config, ConfigReport* report) {
  InferHeads(report->set_keys, "model.", &config->model);
  int64_t& max_seqlen = config->model.max_seqlen;
  const bool is_given = WasSet(*report, "model.max_seqlen");
  if (is_given && max_seqlen < config->data.seq_len) {
    report->notes.push_back(absl::StrCat("model.max_seqlen is raised from ", max_seqlen, " to ",
                                         config->data.seq_len, ", which is data.seq_len"));
  }
  max_seqlen = is_given ? std::max(max_seqlen, config->data.seq_len) : config->data.seq_len;
  if (config->data.root_dir.empty()) config->data.root_dir = UserPath(".");
  if (config->dump_dir.empty()) {
    config->dump_dir =
        UserPath(absl::StrCat("runs/", absl::StrReplaceAll(config->name, {{"/", "_"}})));
  }
  NoteOddCombinations(*config, report);
}

void FitToDevices(int64_t n_gpus, TrainConfig* config, ConfigReport* report) {
  DistributedConfig& sizes = config->distributed;
  const int64_t n_devices = std::max<int64_t>(1, n_gpus);
  int64_t left = n_devices;
  Lower("distributed.tp_size", left, n_devices, &sizes.tp_size, report);
  left /= sizes.tp_size;
  Lower("distributed.dp_shard", left, n_devices, &sizes.dp_shard, report);
  left /= sizes.dp_shard;
  Lower("distributed.dp_replicate", left, n_devices, &sizes.dp_replicate, report);
  // Tables are split over devices that already work side by side.
  Lower("distributed.memory_parallel_size", n_devices, n_devices, &sizes.memory_parallel_size,
        report);
}

}  // namespace mneme
