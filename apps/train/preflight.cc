#include "apps/train/preflight.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "apps/checkpoint/layout.h"
#include "apps/model/model_size.h"
#include "apps/progress/format.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/memory_check.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

constexpr char kSmallerBatch[] =
    "data.batch_size (grad_acc_steps makes up for it), data.seq_len, model.dim or model.n_layers";
constexpr char kSmallerTables[] =
    "model.productkey_args.mem_n_keys or mem_v_dim, or set mem_share_values=true or "
    "values_dtype=bf16";

// How many checkpoints of one kind a run of `steps` writes, and how many of them stay.
struct Saves {
  int64_t written, kept;
};

Saves SavesOf(const SaveEvery& save, int64_t written) {
  return {written, save.keep > 0 ? std::min(save.keep, written) : written};
}

// How many of the steps 1 to `steps` are multiples of `every`, and of two such numbers.
int64_t Multiples(int64_t every, int64_t steps) { return every > 0 ? steps / every : 0; }
int64_t CommonMultiples(int64_t a, int64_t b, int64_t steps) {
  return a > 0 && b > 0 ? Multiples(a, steps) / (b / std::gcd(a, b)) : 0;
}

// At most: those of two kinds that are the same are counted twice, but where all stay.
int64_t CheckpointsAtOnce(const CheckpointConfig& config, int64_t steps) {
  const int64_t dump_every = config.dump.every, eval_every = config.eval.every;
  const bool last_is_extra = dump_every == 0 || (dump_every > 0 && steps % dump_every != 0);
  const Saves dump = SavesOf(config.dump, Multiples(dump_every, steps) + last_is_extra);
  const Saves eval = SavesOf(config.eval, Multiples(eval_every, steps));
  const bool last_is_both = last_is_extra && eval_every > 0 && steps % eval_every == 0;
  const int64_t written =
      dump.written + eval.written - CommonMultiples(dump_every, eval_every, steps) - last_is_both;
  // Before one goes, the next is whole.
  return std::min(dump.kept + eval.kept + 1, written);
}

int64_t FileBytes(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? static_cast<int64_t>(info.st_size) : 0;
}

std::string Of(int64_t bytes, const std::optional<int64_t>& room) {
  const std::string needed = ShortBytes(static_cast<double>(bytes));
  return room ? absl::StrCat(needed, " of ", ShortBytes(static_cast<double>(*room))) : needed;
}

// "weights 1.5 GiB, gradients ...", without what is nothing.
std::string Parts(const std::vector<std::pair<const char*, int64_t>>& parts) {
  std::vector<std::string> texts;
  for (const auto& [name, bytes] : parts) {
    if (bytes > 0) texts.push_back(absl::StrCat(name, " ", ShortBytes(static_cast<double>(bytes))));
  }
  return absl::StrJoin(texts, ", ");
}

std::string DeviceParts(const RunNeeds& needs) {
  const int64_t tables = needs.device.is_cuda() ? needs.tables.gpu : needs.tables.host;
  return Parts({{"weights", needs.weights},
                {"gradients", needs.gradients},
                {"Adam", needs.moments},
                {"activations about", needs.activations},
                {"value tables", tables}});
}

std::string HostParts(const RunNeeds& needs) {
  const TableBytes& tables = needs.tables;
  return Parts({{"read by the GPU", tables.shared},
                {"values", tables.host - tables.shared - tables.optimizer},
                {"their optimizer", tables.optimizer}});
}

absl::Status TooLarge(const std::string& what, int64_t needed, int64_t room,
                      const std::string& parts, const std::string& advice) {
  return absl::ResourceExhaustedError(absl::StrCat("the run needs ", MemorySizeString(needed),
                                                   " of ", what, " (", parts, "), and ",
                                                   MemorySizeString(room), " are free; ", advice));
}

absl::Status CheckDisk(const RunNeeds& needs, const Room& room, const std::string& dump_dir) {
  if (!room.disk) return absl::OkStatus();
  const int64_t more = needs.checkpoint * needs.checkpoints_at_once - room.existing_checkpoints;
  if (more <= *room.disk) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the run's checkpoints need ", MemorySizeString(more), " more on the disk of dump_dir, '",
      dump_dir, "' (", needs.checkpoints_at_once, " at once, of ",
      MemorySizeString(needs.checkpoint), " each), and ", MemorySizeString(*room.disk),
      " are free; lower checkpoint.dump.keep or checkpoint.eval.keep (0 keeps all), save less "
      "often or never (every=-1 for both), or choose another dump_dir"));
}

}  // namespace

int64_t RunNeeds::OnDevice() const {
  const int64_t passing =
      gradients_are_kept ? gradients + activations : std::max(gradients, activations);
  return weights + moments + passing + (device.is_cuda() ? tables.gpu : tables.host);
}

int64_t RunNeeds::OnHost() const { return device.is_cuda() ? tables.host : OnDevice(); }

RunNeeds NeedsOf(const TrainConfig& config, Device device) {
  const DType dtype = ToDType(config.distributed.model_dtype);
  const int64_t f32 = sizeof(float);
  RunNeeds needs;
  needs.device = device;
  needs.dense_parameters = NumDenseParameters(config.model, config.memory);
  needs.weights = needs.dense_parameters * (f32 + (dtype == DType::kF32 ? 0 : DTypeBytes(dtype)));
  needs.gradients = needs.dense_parameters * f32;
  needs.moments = 2 * needs.dense_parameters * f32;
  const ActivationBytes activations = EstimateActivations(
      config.model, config.memory, config.data.batch_size, config.data.seq_len, device, dtype);
  needs.activations = activations.kept + activations.beside;
  needs.tables = MemoryTablesBytes(config.memory, config.model.dim, device, dtype);
  const int64_t value_bytes =
      config.memory.values_dtype == ValuesDType::kBf16 ? DTypeBytes(DType::kBF16) : f32;
  needs.checkpoint = 3 * needs.dense_parameters * f32 + needs.tables.optimizer +
                     needs.tables.elements * value_bytes;
  needs.checkpoints_at_once = CheckpointsAtOnce(config.checkpoint, config.steps);
  needs.gradients_are_kept = config.grad_acc_steps > 1;
  return needs;
}

Room MeasureRoom(const std::string& dump_dir, Device device) {
  Room room;
  if (device.is_cuda()) room.gpu = MNEME_DISPATCH(device, FreeBytes);
  room.host = AvailableMemoryBytes();
  struct statvfs disk;
  if (statvfs(dump_dir.c_str(), &disk) == 0) {
    room.disk = static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  }
  const std::string folder = CheckpointsFolder(dump_dir);
  for (const std::string& checkpoint : ListNames(folder)) {
    const std::string path = JoinPath(folder, checkpoint);
    for (const std::string& file : ListNames(path)) {
      room.existing_checkpoints += FileBytes(JoinPath(path, file));
    }
  }
  return room;
}

absl::Status CheckFits(const RunNeeds& needs, const Room& room, const std::string& dump_dir) {
  const bool has_tables = needs.tables.elements > 0;
  if (room.gpu && needs.OnDevice() > *room.gpu) {
    const bool can_move = needs.tables.gpu > 0;
    return TooLarge(
        "GPU memory", needs.OnDevice(), *room.gpu, DeviceParts(needs),
        absl::StrCat("lower ", kSmallerBatch,
                     can_move ? "; model.productkey_args.zero_copy=true keeps the value "
                                "tables in host memory"
                              : ""));
  }
  if (room.host && needs.OnHost() > *room.host) {
    const std::string advice = absl::StrCat("lower ", needs.device.is_cpu() ? kSmallerBatch : "",
                                            needs.device.is_cpu() && has_tables ? ", or " : "",
                                            has_tables ? kSmallerTables : "");
    return TooLarge("memory", needs.OnHost(), *room.host,
                    needs.device.is_cuda() ? HostParts(needs) : DeviceParts(needs), advice);
  }
  return CheckDisk(needs, room, dump_dir);
}

std::string DescribeNeeds(const RunNeeds& needs, const Room& room) {
  std::string text =
      absl::StrCat("memory: ", ShortCount(needs.dense_parameters), " dense parameters");
  if (needs.tables.elements > 0) {
    absl::StrAppend(&text, " and ", ShortCount(needs.tables.elements), " in tables");
  }
  if (needs.device.is_cuda()) {
    absl::StrAppend(&text, "; GPU ", Of(needs.OnDevice(), room.gpu), " (", DeviceParts(needs), ")");
    if (needs.tables.host > 0) {
      absl::StrAppend(&text, "; host ", Of(needs.OnHost(), room.host), " (", HostParts(needs), ")");
    }
  } else {
    absl::StrAppend(&text, "; ", Of(needs.OnDevice(), room.host), " (", DeviceParts(needs), ")");
  }
  absl::StrAppend(&text, "; checkpoints ", ShortBytes(static_cast<double>(needs.checkpoint)), " x ",
                  needs.checkpoints_at_once);
  return text;
}

}  // namespace mneme
