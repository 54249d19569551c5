#include "apps/prepare_data/run.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/prepare_data/inputs.h"
#include "apps/prepare_data/merge_runs.h"
#include "apps/prepare_data/prepare_state.h"
#include "apps/prepare_data/sort_inputs.h"
#include "apps/progress/format.h"
#include "apps/progress/stop_signals.h"
#include "data/loader/open_sources.h"
#include "memory_layer/value_store/memory_check.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

constexpr int64_t kMiB = 1 << 20;

// A merge has every run open at once, and a process 1024 files by default.
constexpr int64_t kMaxRuns = 1000;

absl::Status CheckSource(const std::string& source) {
  if (source.empty()) {
    return absl::InvalidArgumentError(
        "no source given; name the one to make, such as source=my_corpus");
  }
  if (source.find('/') != std::string::npos || source[0] == '.' || source == kWordNetSource) {
    return absl::InvalidArgumentError(absl::StrCat(
        "source '", source, "': expected a folder's name, without '/' and not beginning with '.'",
        source == kWordNetSource ? ", other than that of the built-in corpus" : ""));
  }
  return absl::OkStatus();
}

absl::Status CheckMemory(const PrepareArgs& args, const PrepareSettings& settings) {
  int64_t bytes = 0;
  for (const SourceFile& file : settings.inputs) bytes += file.bytes;
  // What is compressed will be more; that it is four times more, half of the limit allows for.
  const int64_t least_mib = bytes / (kMaxRuns / 4) / kMiB;
  if (args.memory_mib < least_mib) {
    return absl::InvalidArgumentError(absl::StrCat("memory_mib is ", args.memory_mib, ", and ",
                                                   ShortBytes(bytes), " of files need at least ",
                                                   least_mib, "; raise it"));
  }
  const absl::Status fits = CheckFitsInMemory(args.memory_mib * kMiB, "sorting");
  if (fits.ok()) return fits;
  return absl::Status(fits.code(), absl::StrCat(fits.message(), "; lower memory_mib"));
}

std::string Summary(const PrepareState& state) {
  return absl::StrFormat("%s documents in %d chunks (%s), %s held out",
                         ShortCount(static_cast<double>(state.cursor.documents)), state.chunks,
                         ShortBytes(static_cast<double>(state.line_bytes)),
                         ShortCount(static_cast<double>(state.held_out)));
}

// The state saved in `folder`, which must be of these settings; NotFound where there is none.
absl::StatusOr<PrepareState> StateIn(const std::string& folder, const PrepareSettings& settings) {
  MNEME_ASSIGN_OR_RETURN(PrepareState state, LoadPrepareState(folder));
  MNEME_RETURN_IF_ERROR(CheckSameSettings(folder, state.settings, settings));
  return state;
}

// What a killed process was writing.
absl::Status RemoveTemporaries(const std::string& folder) {
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(folder, ".tmp"));
  for (const std::string& file : files) std::remove(file.c_str());
  return absl::OkStatus();
}

absl::Status Publish(const std::string& partial, const std::string& folder) {
  if (std::rename(partial.c_str(), folder.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot rename ", partial, " to ", folder));
  }
  return SyncDirectory(ParentDirectory(folder));
}

// Sorts and merges, from where `state` is.
absl::Status Work(const std::string& partial, int64_t memory_bytes, Screen* screen,
                  PrepareState* state) {
  if (!state->sorted) {
    MNEME_RETURN_IF_ERROR(SortInputs(partial, memory_bytes, screen, state));
  }
  if (state->sorted && !state->complete && StopSignal() == 0) {
    MNEME_RETURN_IF_ERROR(MergeRuns(partial, memory_bytes, screen, state));
  }
  return absl::OkStatus();
}

absl::Status WithAdvice(const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; make room, and the same command goes on"));
}

}  // namespace

absl::Status PrepareData(const PrepareArgs& args, const std::vector<std::string>& inputs,
                         Screen* screen) {
  MNEME_RETURN_IF_ERROR(CheckSource(args.source));
  if (inputs.empty()) {
    return absl::InvalidArgumentError("no files given; name .jsonl or .txt files, or folders");
  }
  PrepareSettings settings = {.source = args.source,
                              .seed = args.seed,
                              .chunk_mib = args.chunk_mib,
                              .validation_documents = args.validation_documents};
  MNEME_ASSIGN_OR_RETURN(settings.inputs, FindInputs(inputs));
  MNEME_RETURN_IF_ERROR(CheckMemory(args, settings));

  const std::string folder = absl::StrCat(args.root_dir, "/", args.source);
  if (access(folder.c_str(), F_OK) == 0) {
    const absl::StatusOr<PrepareState> made = StateIn(folder, settings);
    if (absl::IsNotFound(made.status())) {
      return absl::AlreadyExistsError(absl::StrCat(
          folder, " is there already, and not made by this program; choose another source name"));
    }
    MNEME_RETURN_IF_ERROR(made.status());
    screen->Print(absl::StrCat(folder, " is there already: ", Summary(*made)));
    return absl::OkStatus();
  }

  const std::string partial = folder + ".partial";
  MNEME_ASSIGN_OR_RETURN(const RunLock lock, RunLock::Acquire(partial, "source"));
  MNEME_RETURN_IF_ERROR(RemoveTemporaries(partial));
  absl::StatusOr<PrepareState> state = StateIn(partial, settings);
  if (state.ok()) {
    screen->Print(absl::StrCat("going on in ", partial));
  } else if (absl::IsNotFound(state.status())) {
    state = PrepareState{.settings = settings};
  } else {
    return state.status();
  }
  MNEME_RETURN_IF_ERROR(WithAdvice(Work(partial, args.memory_mib * kMiB, screen, &*state)));
  if (!state->complete) {
    screen->Print(
        absl::StrCat(StopSignalName(StopSignal()), ": stopped; the same command goes on"));
    return absl::OkStatus();
  }
  RemoveRuns(partial, *state);
  MNEME_RETURN_IF_ERROR(Publish(partial, folder));
  screen->Print(absl::StrCat(folder, ": ", Summary(*state)));
  screen->Print(absl::StrCat("train on it with data.root_dir=", args.root_dir,
                             " data.sources=", args.source));
  return absl::OkStatus();
}

}  // namespace mneme
