// The documents of a list of jsonl and text files.

#ifndef MNEME_DATA_CORPUS_FILE_SOURCE_H_
#define MNEME_DATA_CORPUS_FILE_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/corpus_files.h"
#include "data/corpus/document_source.h"
#include "data/corpus/item_reader.h"

namespace mneme {

// Reads the files one after the other, in order; every rank passes through all of them.
//
// Bad lines (LineFault) are skipped, counted in the cursor and warned of in the log, the first
// one by file and line. More than 1% of them is an error: that is judged when the source is
// opened, on its first kLinesToJudge lines (or 16 MiB, or all of it); then whenever as many were
// read in an epoch; and at the end of an epoch, however short.
class FileSource : public DocumentSource {
 public:
  static constexpr int64_t kLinesToJudge = 1000;

  // The part of `files` that `options` asks for. `name` is the source's, for messages.
  // Errors: those of Next, met in the first lines.
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(const std::string& name,
                                                          const CorpusFiles& files,
                                                          const SourceOptions& options);

  absl::StatusOr<absl::string_view> Next() override;
  const SourceCursor& cursor() const override { return cursor_; }
  absl::Status Seek(const SourceCursor& cursor) override;
  const std::vector<SourceFile>& files() const override { return files_; }

 private:
  FileSource(const std::string& name, const CorpusFiles& files, const SourceOptions& options);

  absl::Status CheckFirstLines();
  // Goes on by one item or to the next file or epoch; `text` is a document or empty.
  absl::Status Step(absl::string_view* text);
  void CountLines(const Item& item);
  absl::Status JudgeLines() const;
  absl::Status EndEpoch();
  std::string FirstBadLine() const;  // as "file:line: fault"

  const std::string name_;
  const std::vector<SourceFile> files_;
  const SourceOptions options_;
  const bool by_hash_;  // documents are told apart by IsHeldOut rather than by file
  bool warns_;
  SourceCursor cursor_;
  std::unique_ptr<ItemReader> reader_;  // of files_[cursor_.file]; null before its first item
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_FILE_SOURCE_H_
