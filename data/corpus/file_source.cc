#include "data/corpus/file_source.h"

#include <glog/logging.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/corpus/document_hash.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kBytesToJudge = 16 << 20;
constexpr int64_t kMaxBadPercent = 1;

}  // namespace

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Open(const std::string& name,
                                                             const CorpusFiles& files,
                                                             const SourceOptions& options) {
  CHECK(options.world >= 1 && options.rank >= 0 && options.rank < options.world)
      << options.rank << " of " << options.world;
  SourceOptions once = options;
  once.repeat = false;
  FileSource scout(name, files, once);
  scout.warns_ = false;
  MNEME_RETURN_IF_ERROR(scout.CheckFirstLines());
  return std::unique_ptr<FileSource>(new FileSource(name, files, options));
}

FileSource::FileSource(const std::string& name, const CorpusFiles& files,
                       const SourceOptions& options)
    : name_(name),
      files_(options.split == Split::kHeldOut && !files.held_out.empty() ? files.held_out
                                                                         : files.train),
      options_(options),
      by_hash_(files.held_out.empty() && options.split != Split::kAll),
      warns_(options.split != Split::kHeldOut || !files.held_out.empty()) {}

absl::Status FileSource::CheckFirstLines() {
  absl::string_view text;
  int64_t bytes_in_files_before = 0;
  while (cursor_.lines_read < kLinesToJudge &&
         bytes_in_files_before + cursor_.byte_offset < kBytesToJudge) {
    const int64_t file = cursor_.file;
    const int64_t offset = cursor_.byte_offset;
    const absl::Status status = Step(&text);
    if (absl::IsOutOfRange(status)) return absl::OkStatus();  // all of it was read
    MNEME_RETURN_IF_ERROR(status);
    if (cursor_.file > file) bytes_in_files_before += offset;
  }
  return JudgeLines();
}

absl::StatusOr<absl::string_view> FileSource::Next() {
  absl::string_view text;
  while (text.empty()) MNEME_RETURN_IF_ERROR(Step(&text));
  return text;
}

absl::Status FileSource::Step(absl::string_view* text) {
  *text = absl::string_view();
  if (cursor_.file == files_.size()) return EndEpoch();
  if (reader_ == nullptr) {
    MNEME_ASSIGN_OR_RETURN(reader_, OpenItemReader(files_[cursor_.file].path, cursor_.byte_offset));
  }
  const bool mine = cursor_.items % options_.world == options_.rank;
  Item item;
  MNEME_ASSIGN_OR_RETURN(const bool more, reader_->Next(mine, &item));
  if (!more) {
    reader_.reset();
    ++cursor_.file;
    cursor_.byte_offset = 0;
    cursor_.file_lines = 0;
    return absl::OkStatus();
  }
  CountLines(item);
  if (cursor_.lines_read >= kLinesToJudge) MNEME_RETURN_IF_ERROR(JudgeLines());
  if (item.text.empty()) return absl::OkStatus();
  if (by_hash_ && IsHeldOut(item.text) != (options_.split == Split::kHeldOut)) {
    return absl::OkStatus();
  }
  ++cursor_.documents;
  *text = item.text;
  return absl::OkStatus();
}

void FileSource::CountLines(const Item& item) {
  const bool first_bad = cursor_.lines_bad == 0 && item.lines_bad > 0;
  if (first_bad) {
    cursor_.first_bad_file = cursor_.file;
    cursor_.first_bad_line = cursor_.file_lines + item.first_bad_line + 1;
    cursor_.first_bad_fault = item.first_bad_fault;
  }
  cursor_.lines_read += item.lines_read;
  cursor_.lines_bad += item.lines_bad;
  cursor_.file_lines += item.newlines;
  cursor_.byte_offset = item.end_offset;
  ++cursor_.items;
  if (first_bad && warns_ && cursor_.epoch == 0) {
    LOG(WARNING) << FirstBadLine() << "; the line is skipped, as others like it will be";
  }
}

std::string FileSource::FirstBadLine() const {
  return absl::StrCat(files_[cursor_.first_bad_file].path, ":", cursor_.first_bad_line, ": ",
                      FaultText(cursor_.first_bad_fault));
}

absl::Status FileSource::JudgeLines() const {
  if (cursor_.lines_bad * 100 <= cursor_.lines_read * kMaxBadPercent) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "data source '%s': %d of the first %d lines cannot be used, more than the %d%% let pass; "
      "the first is %s; mend or remove such lines",
      name_, cursor_.lines_bad, cursor_.lines_read, kMaxBadPercent, FirstBadLine()));
}

absl::Status FileSource::EndEpoch() {
  MNEME_RETURN_IF_ERROR(JudgeLines());
  if (cursor_.documents == 0) {
    const std::string what = options_.split == Split::kTrain     ? "training "
                             : options_.split == Split::kHeldOut ? "held-out "
                                                                 : "";
    const std::string who =
        options_.world > 1 ? absl::StrCat(" for rank ", options_.rank, " of ", options_.world) : "";
    return absl::NotFoundError(absl::StrCat(
        "data source '", name_, "' has no ", what, "document", who, ": ", cursor_.lines_read,
        " lines in ", files_.size(), " files (first: ", files_[0].path, ")",
        by_hash_ ? absl::StrCat("; one document in ", kHeldOutOneIn,
                                " is held out by its hash; add documents or a .val.jsonl")
                 : ""));
  }
  if (warns_ && cursor_.epoch == 0 && cursor_.lines_bad > 0) {
    LOG(WARNING) << "data source '" << name_ << "': skipped " << cursor_.lines_bad << " of "
                 << cursor_.lines_read << " lines; the first is " << FirstBadLine();
  }
  if (!options_.repeat) return absl::OutOfRangeError("end of the documents");
  const int64_t epoch = cursor_.epoch;
  cursor_ = SourceCursor();
  cursor_.epoch = epoch + 1;
  return absl::OkStatus();
}

absl::Status FileSource::Seek(const SourceCursor& cursor) {
  if (cursor.file < 0 || cursor.file > static_cast<int64_t>(files_.size()) ||
      cursor.first_bad_file < 0 || cursor.first_bad_file >= static_cast<int64_t>(files_.size()) ||
      cursor.byte_offset < 0 || cursor.items < 0) {
    return absl::InvalidArgumentError(absl::StrCat("data source '", name_, "': a position in file ",
                                                   cursor.file, " of ", files_.size(), " at byte ",
                                                   cursor.byte_offset, " does not exist"));
  }
  reader_.reset();
  cursor_ = cursor;
  return absl::OkStatus();
}

}  // namespace mneme
