// What a training run is configured by: plain data, described in train_schema.cc.

#ifndef MNEME_APPS_CONFIG_TRAIN_CONFIG_H_
#define MNEME_APPS_CONFIG_TRAIN_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/loader/data_config.h"
#include "memory_layer/memory_config.h"
#include "nn/model_config.h"
#include "nn/optim_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

enum class ComputeDtype { kBf16, kFp16, kFp32 };

constexpr DType ToDType(ComputeDtype dtype) {
  return dtype == ComputeDtype::kBf16   ? DType::kBF16
         : dtype == ComputeDtype::kFp16 ? DType::kF16
                                        : DType::kF32;
}

struct DistributedConfig {
  ComputeDtype model_dtype = ComputeDtype::kBf16;  // of the computation; weights stay fp32
  // How many GPUs share each kind of work; FitToDevices lowers them to what is there.
  int64_t dp_replicate = 1;
  int64_t dp_shard = 1;
  int64_t tp_size = 1;
  int64_t memory_parallel_size = 1;
};

struct SaveEvery {
  int64_t every = 1000;  // steps; 0: only at the end (dump) or never (eval); less: never
  int64_t keep = 0;      // 0 or less: all
};

struct CheckpointConfig {
  SaveEvery dump;
  SaveEvery eval;
  std::string init_ckpt_path;  // "": weights drawn from the seed
};

struct LoggingConfig {
  int64_t freq = 10;       // steps
  std::string pick_trace;  // "": none; see pick_trace.h
  int64_t pick_trace_steps = 20;
  bool tensorboard = false;  // event files, too
};

struct ValidationConfig {
  int64_t every = 500;   // steps; 0: only at the end
  int64_t batches = 16;  // of data.batch_size sequences, the same ones each time
  int64_t samples = 3;   // held-out prompts completed at the end of the run
  int64_t sample_tokens = 120;
};

struct GeneratorConfig {
  int64_t max_tokens = 8192;  // that go through the model at once
  int64_t max_gen_len = 256;  // of a completion
};

struct HarnessTask {
  std::string task;
  std::optional<int64_t> num_fewshot;  // unset: HarnessConfig's, then the task's own
  std::optional<int64_t> limit;        // documents; likewise
  std::string file;                    // "": the task's own, in HarnessConfig::data_dir
  std::string fewshot_file;            // of the examples; likewise
};

struct HarnessConfig {
  std::vector<HarnessTask> tasks;
  std::string data_dir;  // "": the current one
  std::optional<int64_t> num_fewshot;
  std::optional<int64_t> limit;
};

struct EvalConfig {
  GeneratorConfig generator;
  HarnessConfig harness;
};

struct TrainConfig {
  std::string name = "mneme";
  std::string dump_dir;  // "": runs/NAME
  int64_t steps = 1000;  // optimizer steps
  int64_t seed = 42;
  int64_t grad_acc_steps = 1;
  std::string device = "auto";  // or cpu, cuda
  int64_t threads = 0;          // 0: all

  ModelConfig model;
  MemoryConfig memory;  // the key model.productkey_args
  OptimConfig optim;
  DataConfig data;
  DistributedConfig distributed;
  CheckpointConfig checkpoint;
  LoggingConfig logging;
  ValidationConfig validation;
  EvalConfig eval;
};

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_TRAIN_CONFIG_H_
