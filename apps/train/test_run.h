// For tests: small runs on a corpus of their own.

#ifndef MNEME_APPS_TRAIN_TEST_RUN_H_
#define MNEME_APPS_TRAIN_TEST_RUN_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/config/train_args.h"
#include "apps/progress/screen.h"
#include "apps/train/run.h"
#include "runtime/core/devices.h"

namespace mneme {

inline constexpr char kTestRunYaml[] = R"(
steps: STEPS
dump_dir: DIR
grad_acc_steps: 2
threads: THREADS
device: DEVICE
model:
  dim: DIM
  n_layers: 3
  n_heads: 2
  multiple_of: 8
  productkey_args: {is_enabled: true, layers: "0,2", mem_n_keys: 16, mem_heads: 2, mem_knn: 4,
                    mem_k_dim: 8, zero_copy: ZERO_COPY, values_dtype: VALUES_DTYPE}
optim: {lr: LR, warmup: 3}
data: {root_dir: DIR/.., sources: {text: 1}, batch_size: 3, seq_len: 24, prefetch_size: 5}
distributed: {model_dtype: MODEL_DTYPE}
checkpoint: {dump: {every: 12}, eval: {every: EVAL}}
validation: {every: 5, batches: 2, samples: 1, sample_tokens: 4}
logging: {freq: 2}
)";

struct Outcome {
  absl::Status status;
  std::string text;  // what was printed
};

inline std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// Documents in the folder `text` beside the run directory `dir`.
inline void WriteText(const std::string& dir) {
  const std::filesystem::path folder = std::filesystem::path(dir).parent_path() / "text";
  if (!std::filesystem::create_directories(folder)) return;  // they are there
  std::ofstream file(folder / "some.chunk.00.jsonl");
  for (int i = 0; i < 500; ++i) {
    file << absl::StrCat("{\"text\": \"number ", i, ": its square ends in ", i * i % 100, "\"}\n");
  }
}

using Replacements = std::vector<std::pair<std::string, std::string>>;

// `changes` to kTestRunYaml come first.
inline Outcome TrainIn(const std::string& dir, int steps, Replacements changes = {}) {
  WriteText(dir);
  std::string yaml = absl::StrReplaceAll(kTestRunYaml, changes);
  yaml = absl::StrReplaceAll(yaml, {{"STEPS", absl::StrCat(steps)},
                                    {"DIR", dir},
                                    {"THREADS", "2"},
                                    {"DIM", "16"},
                                    {"EVAL", "-1"},
                                    {"DEVICE", "cpu"},
                                    {"ZERO_COPY", "true"},
                                    {"VALUES_DTYPE", "fp32"},
                                    {"MODEL_DTYPE", "fp32"},
                                    {"LR", "1e-2"}});
  const auto args = ParseTrainYaml(yaml, "test.yaml");
  if (!args.ok()) return {args.status(), ""};
  const std::string printed = absl::StrCat(dir, ".printed");
  const int fd = open(printed.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  absl::Status status;
  {
    Screen screen(fd);
    status = Train(*args, &screen);
  }
  close(fd);
  return {status, ReadAll(printed)};
}

inline void ExpectSameCheckpoint(const std::string& a, const std::string& b) {
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    const std::string name = absl::StrCat("/checkpoints/0000000020/", file);
    const std::string bytes = ReadAll(a + name);
    EXPECT_FALSE(bytes.empty()) << a << name;
    EXPECT_TRUE(bytes == ReadAll(b + name)) << name << " differs";
  }
}

// Where and how to train.
inline std::vector<Replacements> Settings() {
  std::vector<Replacements> settings = {{}, {{"VALUES_DTYPE", "bf16"}}};
  for (Device device : AvailableDevices()) {
    if (device.is_cpu()) continue;
    const std::pair<std::string, std::string> on_gpu = {"DEVICE", "cuda"};
    settings.push_back({on_gpu});
    settings.push_back({on_gpu, {"ZERO_COPY", "false"}});
    settings.push_back({on_gpu, {"MODEL_DTYPE", "bf16"}, {"VALUES_DTYPE", "bf16"}});
    settings.push_back({on_gpu, {"MODEL_DTYPE", "fp16"}, {"ZERO_COPY", "false"}});
  }
  return settings;
}

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_TEST_RUN_H_
