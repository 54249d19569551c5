// A run directory for a test, and checkpoints whose every value follows from the step.

#ifndef MNEME_APPS_CHECKPOINT_TEST_RUN_H_
#define MNEME_APPS_CHECKPOINT_TEST_RUN_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/checkpoint/layout.h"
#include "apps/checkpoint/write.h"

namespace mneme {

// Made empty for the running test, and removed with it.
class TestRun {
 public:
  TestRun() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = JoinPath(testing::TempDir(), absl::StrCat(test->test_suite_name(), ".", test->name()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestRun() { std::filesystem::remove_all(path_); }
  TestRun(const TestRun&) = delete;
  TestRun& operator=(const TestRun&) = delete;

  const std::string& path() const { return path_; }
  std::string Checkpoint(int64_t step) const {
    return JoinPath(CheckpointsFolder(path_), CheckpointName(step));
  }
  std::string File(int64_t step, const std::string& name) const {
    return JoinPath(Checkpoint(step), name);
  }
  // The names of all that is in the checkpoints folder.
  std::vector<std::string> Names() const { return ListNames(CheckpointsFolder(path_)); }

 private:
  std::string path_;
};

// So small that the tables below are cut: 5 rows of 1001 floats do not fit into a shard.
inline ShardSizes TinyShards() {
  return {.large_tensor_bytes = 8000, .min_shard_bytes = 19000, .max_shard_bytes = 19000};
}

// A model with a table of 5 rows and one of a single row, and the moments of the first.
class TestModel {
 public:
  explicit TestModel(int64_t step) {
    Add(Holds::kModel, "tok_embeddings.weight", {7, 3}, step);
    Add(Holds::kModel, "norm.weight", {3}, step);
    Add(Holds::kModel, "scalar", {}, step);
    Add(Holds::kModel, "empty", {0, 4}, step);
    Add(Holds::kModel, "layers.1.values.weight", {5, 1001}, step);
    Add(Holds::kModel, "layers.2.values.weight", {1, 9000}, step);
    Add(Holds::kOptimizer, "norm.weight.exp_avg", {3}, step);
    Add(Holds::kOptimizer, "layers.1.values.weight.exp_avg", {5, 1001}, step);
    contents_.state.step = step;
    contents_.state.counts["optimizer.step_count"] = step;
    contents_.state.numbers["val_loss"] = 1.0 / static_cast<double>(step);
    contents_.state.texts["loader"] = absl::StrCat("{\"step\": ", step, "}");
    contents_.params = absl::StrCat("{\"dim\": 3, \"step\": ", step, "}\n");
  }
  TestModel(const TestModel&) = delete;
  TestModel& operator=(const TestModel&) = delete;

  // Points into this object's memory.
  const CheckpointContents& contents() const { return contents_; }

  absl::StatusOr<WrittenCheckpoint> Write(const std::string& dump_dir, int64_t keep = 0) const {
    WriteOptions options;
    options.sizes = TinyShards();
    options.retention.keep = keep;
    return WriteCheckpoint(dump_dir, contents_, options);
  }

  // "" if the checkpoint is this one, to the bit; else the difference.
  std::string Difference(const Checkpoint& checkpoint) const {
    if (checkpoint.step() != contents_.state.step) return "step";
    if (checkpoint.params() != contents_.params) return "params";
    const RunState& state = checkpoint.state();
    if (state.step != contents_.state.step || state.counts != contents_.state.counts ||
        state.numbers != contents_.state.numbers || state.texts != contents_.state.texts) {
      return "state";
    }
    if (checkpoint.tensors().size() != memory_.size()) return "number of tensors";
    std::vector<std::vector<float>> loaded;
    std::vector<LoadTarget> targets;
    for (const SafetensorsItem& item : items_) {
      loaded.emplace_back(NumElements(item.shape), -1.0f);
      targets.push_back({item.name, item.dtype, item.shape, loaded.back().data()});
    }
    const absl::Status status = checkpoint.Load(targets);
    if (!status.ok()) return status.ToString();
    for (size_t i = 0; i < memory_.size(); ++i) {
      if (loaded[i] != memory_[i]) return items_[i].name;
    }
    return "";
  }

 private:
  void Add(Holds holds, const std::string& name, const Shape& shape, int64_t step) {
    memory_.emplace_back(NumElements(shape));
    std::iota(memory_.back().begin(), memory_.back().end(),
              static_cast<float>(1000 * memory_.size() + 1e5 * static_cast<double>(step)));
    items_.push_back({name, DType::kF32, shape, memory_.back().data(), nullptr});
    (holds == Holds::kModel ? contents_.model : contents_.optimizer).push_back(items_.back());
  }

  std::vector<std::vector<float>> memory_;
  std::vector<SafetensorsItem> items_;
  CheckpointContents contents_;
};

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_TEST_RUN_H_
