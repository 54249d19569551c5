#include "apps/prepare_data/merge_runs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/prepare_data/sort_inputs.h"
#include "apps/prepare_data/sorted_run.h"
#include "apps/progress/stop_signals.h"
#include "apps/progress/task_progress.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/random/philox.h"

namespace mneme {
namespace {

constexpr int64_t kMiB = 1 << 20;
constexpr int64_t kMinReadBytes = 64 << 10;
constexpr int64_t kMaxReadBytes = 8 << 20;

// With fewer documents than this none is held out: chance could take them all.
constexpr int64_t kMinDocuments = 100;
constexpr double kMaxHeldOutShare = 1.0 / 20.0;

// Whether documents are held out, by the hash of their text.
class HoldOut {
 public:
  explicit HoldOut(const PrepareState& state)
      : salt_(MixBits(state.settings.seed + HashName("prepare_data.held_out"))) {
    const double documents = static_cast<double>(state.cursor.documents);
    if (documents < kMinDocuments) return;
    const double share =
        std::min(state.settings.validation_documents / documents, kMaxHeldOutShare);
    bound_ = static_cast<uint64_t>(share * 0x1p64);
  }

  bool Takes(uint64_t text_hash) const { return MixBits(text_hash + salt_) < bound_; }

 private:
  const uint64_t salt_;
  uint64_t bound_ = 0;
};

// The records of several runs, in order.
class Merger {
 public:
  static absl::StatusOr<Merger> Open(const std::string& folder, const std::vector<int64_t>& offsets,
                                     int64_t memory_bytes) {
    Merger merger;
    const int64_t runs = offsets.size();
    const int64_t read_bytes =
        std::clamp(memory_bytes / std::max<int64_t>(runs, 1), kMinReadBytes, kMaxReadBytes);
    for (int64_t run = 0; run < runs; ++run) {
      MNEME_ASSIGN_OR_RETURN(auto reader,
                             RunReader::Open(RunPath(folder, run), offsets[run], read_bytes));
      merger.runs_.push_back(std::move(reader));
      if (!merger.runs_.back()->at_end()) merger.Push(run);
    }
    return merger;
  }

  bool at_end() const { return heap_.empty(); }
  const RunReader& record() const { return *runs_[heap_.front().second]; }

  absl::Status Next() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const int64_t run = heap_.back().second;
    heap_.pop_back();
    MNEME_RETURN_IF_ERROR(runs_[run]->Next());
    if (!runs_[run]->at_end()) Push(run);
    return absl::OkStatus();
  }

  std::vector<int64_t> Offsets() const {
    std::vector<int64_t> offsets;
    for (const auto& run : runs_) offsets.push_back(run->offset());
    return offsets;
  }

 private:
  void Push(int64_t run) {
    heap_.emplace_back(runs_[run]->header().key, run);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  std::vector<std::unique_ptr<RunReader>> runs_;
  std::vector<std::pair<uint64_t, int64_t>> heap_;  // (key, run) of what each has in hand
};

// Gives the first `bytes` of a file back to the disk, where the file system can do that.
void FreeBeginning(const std::string& path, int64_t bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, bytes);
  close(fd);
}

std::string ChunkPath(const std::string& folder, const PrepareState& state, int64_t chunk) {
  const int digits = std::max<int>(2, absl::StrCat(ChunkCount(state) - 1).size());
  return absl::StrFormat("%s/%s.chunk.%0*d.jsonl", folder, state.settings.source, digits, chunk);
}

// What a chunk's documents held out wait in for the validation file.
std::string HeldOutPath(const std::string& folder, int64_t chunk) {
  return absl::StrFormat("%s/held_out.%03d", folder, chunk);
}

// Writes the next chunk and what is held out of it, and moves `state` behind it.
absl::Status WriteChunk(const std::string& folder, const HoldOut& hold_out, Merger* merger,
                        TaskProgress* progress, PrepareState* state) {
  MNEME_ASSIGN_OR_RETURN(const auto chunk,
                         AtomicFile::Create(ChunkPath(folder, *state, state->chunks)));
  const double share = static_cast<double>(state->chunks + 1) / ChunkCount(*state);
  const int64_t end = static_cast<int64_t>(share * static_cast<double>(state->line_bytes));
  std::string held_out;
  int64_t held_out_documents = 0;
  int64_t merged = state->merged_bytes;
  const bool is_last = state->chunks + 1 == ChunkCount(*state);
  while (!merger->at_end() && (is_last || merged < end)) {
    if (StopSignal() != 0) return absl::OkStatus();
    const absl::string_view line = merger->record().line();
    if (hold_out.Takes(merger->record().header().text_hash)) {
      absl::StrAppend(&held_out, line);
      ++held_out_documents;
    } else {
      MNEME_RETURN_IF_ERROR(chunk->Append(line));
    }
    merged += line.size();
    progress->Update(merged, state->line_bytes);
    MNEME_RETURN_IF_ERROR(merger->Next());
  }
  MNEME_RETURN_IF_ERROR(chunk->Commit());
  MNEME_RETURN_IF_ERROR(WriteFileAtomically(HeldOutPath(folder, state->chunks), held_out));
  ++state->chunks;
  state->merged_bytes = merged;
  state->held_out += held_out_documents;
  state->run_offsets = merger->Offsets();
  return SavePrepareState(folder, *state);
}

absl::Status WriteValidation(const std::string& folder, const PrepareState& state) {
  if (state.held_out == 0) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(absl::StrCat(
                                              folder, "/", state.settings.source, ".val.jsonl")));
  for (int64_t chunk = 0; chunk < state.chunks; ++chunk) {
    MNEME_ASSIGN_OR_RETURN(const std::string lines, ReadFile(HeldOutPath(folder, chunk)));
    MNEME_RETURN_IF_ERROR(file->Append(lines));
  }
  return file->Commit();
}

}  // namespace

int64_t ChunkCount(const PrepareState& state) {
  const int64_t chunk_bytes = state.settings.chunk_mib * kMiB;
  return std::max<int64_t>(1, (state.line_bytes + chunk_bytes / 2) / chunk_bytes);
}

absl::Status MergeRuns(const std::string& folder, int64_t memory_bytes, Screen* screen,
                       PrepareState* state) {
  const HoldOut hold_out(*state);
  {
    TaskProgress progress(screen, "writing chunks", TaskProgress::Unit::kBytes);
    MNEME_ASSIGN_OR_RETURN(Merger merger, Merger::Open(folder, state->run_offsets, memory_bytes));
    while (state->chunks < ChunkCount(*state)) {
      MNEME_RETURN_IF_ERROR(WriteChunk(folder, hold_out, &merger, &progress, state));
      if (StopSignal() != 0) return absl::OkStatus();
      for (int64_t run = 0; run < state->runs; ++run) {
        FreeBeginning(RunPath(folder, run), state->run_offsets[run]);
      }
    }
  }
  MNEME_RETURN_IF_ERROR(WriteValidation(folder, *state));
  state->complete = true;
  return SavePrepareState(folder, *state);
}

void RemoveRuns(const std::string& folder, const PrepareState& state) {
  for (int64_t run = 0; run < state.runs; ++run) std::remove(RunPath(folder, run).c_str());
  for (int64_t chunk = 0; chunk < state.chunks; ++chunk) {
    std::remove(HeldOutPath(folder, chunk).c_str());
  }
}

}  // namespace mneme
