// Which files a source is made of.

#ifndef MNEME_DATA_CORPUS_CORPUS_FILES_H_
#define MNEME_DATA_CORPUS_CORPUS_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"

namespace mneme {

// Each list is sorted by path.
struct CorpusFiles {
  std::vector<SourceFile> train;
  std::vector<SourceFile> held_out;  // empty: documents are held out by IsHeldOut
};

// The files of `source` (a name under data.sources). It is a path, relative to `root_dir` unless
// absolute, of
//   a folder   its *.chunk.*.jsonl; without any, its *.jsonl; without any, its *.txt.
//              Held out: its *.val.jsonl.
//   a file     .jsonl or .txt.
//   a glob     (* ? [...]) of such files.
//              Held out, for a file and for a glob: the *.val.jsonl beside them with the same
//              beginning of the name, up to the first ".chunk." or the extension.
// A *.val.jsonl is never trained on, unless it is named as a file itself. Each name may have a
// .gz or .zst behind it.
// Errors: NotFound when nothing is there or only empty files; InvalidArgument for a file of
// another kind, and for a file that is there twice, compressed and not.
absl::StatusOr<CorpusFiles> FindCorpusFiles(const std::string& root_dir, const std::string& source);

// By its name, compressed or not: whether `path` is plain text, read in pieces; whether it is
// jsonl; whether it is either.
bool IsTextFile(absl::string_view path);
bool IsJsonlFile(absl::string_view path);
bool IsCorpusFile(absl::string_view path);

// InvalidArgument, with the sentence's beginning `what`, if a file is there twice, compressed and
// not: it would be read as two.
absl::Status CheckNoCopies(absl::string_view what, const std::vector<std::string>& paths);

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_CORPUS_FILES_H_
