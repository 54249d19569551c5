#include "apps/checkpoint/write.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "apps/checkpoint/layout.h"
#include "apps/checkpoint/manifest.h"
#include "apps/progress/format.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/checksum.h"
#include "runtime/files/file_util.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr int64_t kProgressBytes = 1 << 25;  // written between two calls of progress

// A tensor appears once in a checkpoint, whatever the file.
absl::Status CheckNames(const CheckpointContents& contents) {
  absl::flat_hash_set<std::string> names;
  for (const auto* items : {&contents.model, &contents.optimizer}) {
    for (const SafetensorsItem& item : *items) {
      if (names.insert(item.name).second) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("cannot write a checkpoint with two tensors named '", item.name, "'"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRoom(const std::string& folder, int64_t bytes) {
  struct statvfs info;
  if (statvfs(folder.c_str(), &info) != 0) return absl::OkStatus();  // writing will tell
  const double free_bytes = static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize);
  if (static_cast<double>(bytes) <= free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("no room for a checkpoint in '", folder, "': it needs ",
                   ShortBytes(static_cast<double>(bytes)), ", and ", ShortBytes(free_bytes),
                   " are free; free some, or lower checkpoint.dump.keep"));
}

// Adds up what the threads wrote.
class ProgressSum {
 public:
  ProgressSum(const std::function<void(int64_t, int64_t)>& progress, int64_t total_bytes)
      : progress_(progress), total_bytes_(total_bytes) {}

  void Add(int64_t bytes) {
    if (!progress_) return;
    std::lock_guard<std::mutex> lock(mutex_);
    progress_(done_bytes_ += bytes, total_bytes_);
  }

 private:
  const std::function<void(int64_t, int64_t)>& progress_;
  const int64_t total_bytes_;
  std::mutex mutex_;
  int64_t done_bytes_ = 0;
};

// The same item, which tells `sum` of its bytes as they go out.
SafetensorsItem Watched(const SafetensorsItem& item, ProgressSum* sum) {
  SafetensorsItem watched = item;
  watched.data = nullptr;
  watched.produce = [item, sum](SafetensorsSink sink) -> absl::Status {
    const auto pass_on = [&](const void* data, int64_t bytes) -> absl::Status {
      const char* next = static_cast<const char*>(data);
      for (int64_t left = bytes; left > 0;) {
        const int64_t piece = std::min(left, kProgressBytes);
        MNEME_RETURN_IF_ERROR(sink(next, piece));
        sum->Add(piece);
        next += piece;
        left -= piece;
      }
      return absl::OkStatus();
    };
    if (item.data != nullptr) return pass_on(item.data, ItemBytes(item));
    return item.produce ? item.produce(pass_on) : absl::OkStatus();
  };
  return watched;
}

// Writes the files side by side, and lists them in the manifest.
absl::Status WriteTensorFiles(const std::string& folder, const TensorFiles& tensors,
                              ProgressSum* sum, Manifest* manifest) {
  const int64_t count = static_cast<int64_t>(tensors.files.size());
  std::vector<absl::StatusOr<SafetensorsWritten>> written(count, absl::UnknownError("not written"));
  ParallelFor(count, 1, [&](int64_t i, int64_t) {
    const TensorFile& file = tensors.files[i];
    std::vector<SafetensorsItem> items;
    for (const SafetensorsItem& item : file.items) items.push_back(Watched(item, sum));
    written[i] = WriteSafetensors(JoinPath(folder, file.name), items, {});
  });
  for (int64_t i = 0; i < count; ++i) {
    MNEME_RETURN_IF_ERROR(written[i].status());
    manifest->files.push_back(
        {tensors.files[i].name, tensors.files[i].holds, written[i]->bytes, written[i]->crc32c});
  }
  manifest->split = tensors.split;
  return absl::OkStatus();
}

absl::Status WriteText(const std::string& folder, const char* name, const std::string& text,
                       Manifest* manifest) {
  const int64_t bytes = static_cast<int64_t>(text.size());
  manifest->files.push_back({name, Holds::kNone, bytes, ExtendCrc32c(0, text.data(), bytes)});
  return WriteFileAtomically(JoinPath(folder, name), text);
}

// Gives `temporary` the name `path`. If that is taken the two change names at once, where the file
// system can do that, and the caller removes what `temporary` then is.
absl::Status PutInPlace(const std::string& temporary, const std::string& path) {
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (!error) return absl::OkStatus();
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) {
    return absl::OkStatus();
  }
  if (errno == EINVAL || errno == ENOSYS) {
    std::filesystem::remove_all(path, error);
    if (!error) std::filesystem::rename(temporary, path, error);
    if (!error) return absl::OkStatus();
    errno = error.value();
  }
  return absl::ErrnoToStatus(errno,
                             absl::StrCat("cannot put a checkpoint in place at '", path, "'"));
}

}  // namespace

absl::StatusOr<WrittenCheckpoint> WriteCheckpoint(const std::string& dump_dir,
                                                  const CheckpointContents& contents,
                                                  const WriteOptions& options) {
  MNEME_RETURN_IF_ERROR(CheckNames(contents));
  MNEME_ASSIGN_OR_RETURN(const std::string state, RunStateToJson(contents.state));
  TensorFiles tensors;
  AddTensorFiles(Holds::kModel, contents.model, options.sizes, &tensors);
  AddTensorFiles(Holds::kOptimizer, contents.optimizer, options.sizes, &tensors);
  int64_t total_bytes = 0;
  for (const auto* items : {&contents.model, &contents.optimizer}) {
    for (const SafetensorsItem& item : *items) total_bytes += ItemBytes(item);
  }

  const std::string folder = CheckpointsFolder(dump_dir);
  const int64_t step = contents.state.step;
  const std::string temporary = JoinPath(folder, TemporaryName(step));
  std::error_code ignored;
  std::filesystem::remove_all(temporary, ignored);
  MNEME_RETURN_IF_ERROR(MakeDirs(temporary));
  // Of a failure, or of the checkpoint that was replaced.
  const auto remove = absl::MakeCleanup([&] { std::filesystem::remove_all(temporary, ignored); });
  MNEME_RETURN_IF_ERROR(CheckRoom(folder, total_bytes));

  Manifest manifest;
  manifest.step = step;
  ProgressSum sum(options.progress, total_bytes);
  MNEME_RETURN_IF_ERROR(WriteTensorFiles(temporary, tensors, &sum, &manifest));
  MNEME_RETURN_IF_ERROR(WriteText(temporary, kStateFile, state, &manifest));
  MNEME_RETURN_IF_ERROR(WriteText(temporary, kParamsFile, contents.params, &manifest));
  MNEME_RETURN_IF_ERROR(
      WriteFileAtomically(JoinPath(temporary, kManifestFile), ManifestToJson(manifest)));

  WrittenCheckpoint written;
  written.path = JoinPath(folder, CheckpointName(step));
  for (const ManifestFile& file : manifest.files) written.bytes += file.bytes;
  MNEME_RETURN_IF_ERROR(PutInPlace(temporary, written.path));
  MNEME_RETURN_IF_ERROR(SyncDirectory(folder));
  MNEME_RETURN_IF_ERROR(SyncDirectory(dump_dir));
  written.removal = RemoveExpiredCheckpoints(dump_dir, step, options.retention);
  return written;
}

}  // namespace mneme
