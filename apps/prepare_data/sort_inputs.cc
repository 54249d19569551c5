#include "apps/prepare_data/sort_inputs.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "apps/prepare_data/json_line.h"
#include "apps/prepare_data/sorted_run.h"
#include "apps/progress/stop_signals.h"
#include "apps/progress/task_progress.h"
#include "data/corpus/document_hash.h"
#include "data/corpus/file_source.h"
#include "runtime/core/status.h"
#include "runtime/random/philox.h"

namespace mneme {
namespace {

uint64_t OrderKey(PhiloxKey key, int64_t document) {
  const PhiloxBlock block = Philox4x32(ElementCounter(document), key);
  return static_cast<uint64_t>(block.words[0]) << 32 | block.words[1];
}

int64_t BytesOf(const std::vector<SourceFile>& files, int64_t count) {
  int64_t bytes = 0;
  for (int64_t i = 0; i < count; ++i) bytes += files[i].bytes;
  return bytes;
}

// How many bytes of the files are read; inside a compressed one, which counts those of its text,
// a guess.
class InputProgress {
 public:
  InputProgress(const std::vector<SourceFile>& files, Screen* screen)
      : files_(files),
        total_(BytesOf(files, files.size())),
        bar_(screen, "sorting documents", TaskProgress::Unit::kBytes) {}

  void Update(const SourceCursor& cursor) {
    for (; file_ < cursor.file; ++file_) before_ += files_[file_].bytes;
    const bool inside = file_ < static_cast<int64_t>(files_.size());
    bar_.Update(before_ + (inside ? std::min(cursor.byte_offset, files_[file_].bytes) : 0), total_);
  }

 private:
  const std::vector<SourceFile>& files_;
  const int64_t total_;
  TaskProgress bar_;
  int64_t file_ = 0;    // the one under way
  int64_t before_ = 0;  // bytes of those before it
};

}  // namespace

std::string RunPath(const std::string& folder, int64_t run) {
  return absl::StrFormat("%s/run.%03d", folder, run);
}

absl::Status SortInputs(const std::string& folder, int64_t memory_bytes, Screen* screen,
                        PrepareState* state) {
  const PrepareSettings& settings = state->settings;
  CorpusFiles files;
  files.train = settings.inputs;
  SourceOptions options;
  options.split = Split::kAll;
  options.repeat = false;
  MNEME_ASSIGN_OR_RETURN(const auto source, FileSource::Open(settings.source, files, options));
  MNEME_RETURN_IF_ERROR(source->Seek(state->cursor));

  const PhiloxKey key = MakePhiloxKey(settings.seed, HashName("prepare_data.order"));
  InputProgress progress(settings.inputs, screen);
  RunBuffer buffer(memory_bytes);
  std::string line;
  int64_t line_bytes = 0;  // in the buffer
  while (!state->sorted && StopSignal() == 0) {
    const absl::StatusOr<absl::string_view> text = source->Next();
    state->sorted = absl::IsOutOfRange(text.status());
    if (!state->sorted) {
      MNEME_RETURN_IF_ERROR(text.status());
      SetJsonLine(*text, &line);
      buffer.Add(OrderKey(key, source->cursor().documents), HashBytes(*text), line);
      line_bytes += line.size();
      progress.Update(source->cursor());
    }
    if (!buffer.full() && !state->sorted && StopSignal() == 0) continue;
    if (!buffer.empty()) {
      MNEME_RETURN_IF_ERROR(buffer.WriteTo(RunPath(folder, state->runs)));
      ++state->runs;
    }
    state->cursor = source->cursor();
    state->line_bytes += std::exchange(line_bytes, 0);
    if (state->sorted) state->run_offsets.assign(state->runs, 0);
    MNEME_RETURN_IF_ERROR(SavePrepareState(folder, *state));
  }
  return absl::OkStatus();
}

}  // namespace mneme
