// Whether a run fits, before anything is allocated.

#ifndef MNEME_APPS_TRAIN_PREFLIGHT_H_
#define MNEME_APPS_TRAIN_PREFLIGHT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "apps/config/train_config.h"
#include "memory_layer/memory_layer/memory_tables.h"
#include "runtime/core/device.h"

namespace mneme {

// What a run will take, in bytes but for the parameters. The dense part lies on the device that
// trains.
struct RunNeeds {
  Device device;
  int64_t dense_parameters = 0;
  int64_t weights = 0;      // masters in f32, and copies in the model's dtype
  int64_t gradients = 0;    // f32
  int64_t moments = 0;      // f32
  int64_t activations = 0;  // an estimate: of one batch, with what the backward pass adds
  TableBytes tables;
  int64_t checkpoint = 0;           // one
  int64_t checkpoints_at_once = 0;  // how many lie on the disk, the one being written included
  bool gradients_are_kept = false;  // while the next batch's activations are made

  // In the device's memory at the fullest moment: gradients grow while activations go, if there is
  // one batch a step.
  int64_t OnDevice() const;
  // In host memory; on a CPU the same as OnDevice.
  int64_t OnHost() const;
};

// config.model.vocab_size must be set.
RunNeeds NeedsOf(const TrainConfig& config, Device device);

// What there is; unset where the system does not tell.
struct Room {
  std::optional<int64_t> gpu;  // free; unset on a CPU
  std::optional<int64_t> host;
  std::optional<int64_t> disk;       // of dump_dir
  int64_t existing_checkpoints = 0;  // bytes that the run's own checkpoints take already
};

// dump_dir must exist.
Room MeasureRoom(const std::string& dump_dir, Device device);

// ResourceExhausted for what does not fit, with the numbers and the settings that make it smaller.
absl::Status CheckFits(const RunNeeds& needs, const Room& room, const std::string& dump_dir);

// "memory: 268M dense parameters and 1.07G in tables; GPU 9.1 GiB of 78.6 GiB (weights ...".
std::string DescribeNeeds(const RunNeeds& needs, const Room& room);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_PREFLIGHT_H_
