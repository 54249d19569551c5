#include "data/loader/resume.h"

#include <glog/logging.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

template <typename T>
absl::Status CheckSame(const char* what, const T& saved, const T& now) {
  if (saved == now) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the data position was saved with ", what, " ",
                                                 saved, ", but it is ", now,
                                                 " now; set it back, or start a new run"));
}

std::string BoolText(bool value) { return value ? "true" : "false"; }

std::string SourcesText(const DataDescription& data) {
  return absl::StrJoin(data.sources, ", ", [](std::string* out, const SourceDescription& source) {
    absl::StrAppend(out, source.name, ": ", source.weight);
  });
}

absl::Status CheckSettings(const DataDescription& saved, const DataDescription& now) {
  MNEME_RETURN_IF_ERROR(CheckSame("data.seed", saved.seed, now.seed));
  MNEME_RETURN_IF_ERROR(CheckSame("data.seq_len", saved.seq_len, now.seq_len));
  MNEME_RETURN_IF_ERROR(CheckSame("data.n_views", saved.n_views, now.n_views));
  MNEME_RETURN_IF_ERROR(CheckSame("data.add_bos", BoolText(saved.add_bos), BoolText(now.add_bos)));
  MNEME_RETURN_IF_ERROR(CheckSame("data.add_eos", BoolText(saved.add_eos), BoolText(now.add_eos)));
  MNEME_RETURN_IF_ERROR(CheckSame("data.tokenizer.name", saved.tokenizer, now.tokenizer));
  MNEME_RETURN_IF_ERROR(
      CheckSame("a tokenizer of vocabulary size", saved.vocab_size, now.vocab_size));
  MNEME_RETURN_IF_ERROR(CheckSame("the number of ranks", saved.world, now.world));
  MNEME_RETURN_IF_ERROR(CheckSame("rank", saved.rank, now.rank));
  return CheckSame("data.sources", SourcesText(saved), SourcesText(now));
}

// For each file of `saved`, its index in `now`.
absl::StatusOr<std::vector<int64_t>> MapFiles(const SourceDescription& saved,
                                              const SourceDescription& now) {
  std::vector<int64_t> indices;
  for (const SourceFile& file : saved.files) {
    const auto found =
        std::find_if(now.files.begin(), now.files.end(),
                     [&file](const SourceFile& other) { return other.path == file.path; });
    if (found == now.files.end()) {
      return absl::DataLossError(absl::StrCat(
          "data source '", saved.name, "': ", file.path, " (", file.bytes,
          " bytes) was there when the position was saved and is gone; restore the file, or start "
          "a new run"));
    }
    if (found->bytes != file.bytes) {
      LOG(WARNING) << "data source '" << saved.name << "': " << file.path << " has "
                   << (found->bytes > file.bytes ? "grown" : "shrunk") << " from " << file.bytes
                   << " to " << found->bytes << " bytes; going on with it";
    }
    indices.push_back(found - now.files.begin());
  }
  if (now.files.size() > saved.files.size()) {
    LOG(WARNING) << "data source '" << saved.name << "': " << now.files.size() - saved.files.size()
                 << " files are new; those that sort before the one under way wait for the next "
                    "epoch";
  }
  return indices;
}

absl::Status MapCursor(const std::vector<int64_t>& file_indices, int64_t files_now,
                       SourceCursor* cursor) {
  if (file_indices.empty()) return absl::OkStatus();
  const int64_t files_saved = file_indices.size();
  if (cursor->file < 0 || cursor->file > files_saved || cursor->first_bad_file < 0 ||
      cursor->first_bad_file >= files_saved) {
    return absl::InvalidArgumentError(
        absl::StrCat("the data position names file ", cursor->file, " of ", files_saved));
  }
  cursor->file = cursor->file == files_saved ? files_now : file_indices[cursor->file];
  cursor->first_bad_file = file_indices[cursor->first_bad_file];
  return absl::OkStatus();
}

void WarnOfSizes(const LoaderState& saved, const DataDescription& now) {
  if (saved.data.prefetch_size == now.prefetch_size && saved.data.batch_size == now.batch_size) {
    return;
  }
  const int64_t left =
      saved.position.taken == 0 ? 0 : saved.position.sequences - saved.position.taken;
  LOG(WARNING) << "data.prefetch_size x data.batch_size is " << now.prefetch_size << " x "
               << now.batch_size << ", and was " << saved.data.prefetch_size << " x "
               << saved.data.batch_size << ": the " << left
               << " sequences left of the shuffle window under way come first";
}

}  // namespace

absl::StatusOr<ShuffleCursor> ResumePosition(const LoaderState& saved, const DataDescription& now) {
  MNEME_RETURN_IF_ERROR(CheckSettings(saved.data, now));
  ShuffleCursor position = saved.position;
  std::vector<SourceCursor>& cursors = position.start.documents.sources;
  if (cursors.size() != now.sources.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the data position has ", cursors.size(),
                                                   " sources; expected ", now.sources.size()));
  }
  for (size_t i = 0; i < cursors.size(); ++i) {
    MNEME_ASSIGN_OR_RETURN(const std::vector<int64_t> files,
                           MapFiles(saved.data.sources[i], now.sources[i]));
    MNEME_RETURN_IF_ERROR(MapCursor(files, now.sources[i].files.size(), &cursors[i]));
  }
  WarnOfSizes(saved, now);
  return position;
}

}  // namespace mneme
