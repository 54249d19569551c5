// A stream of documents that can be left and taken up again anywhere.

#ifndef MNEME_DATA_CORPUS_DOCUMENT_SOURCE_H_
#define MNEME_DATA_CORPUS_DOCUMENT_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/corpus/line_fault.h"

namespace mneme {

// kAll is both, but without files that hold nothing but held-out documents.
enum class Split { kTrain, kHeldOut, kAll };

// What part of a source is wanted, and how often.
struct SourceOptions {
  Split split = Split::kTrain;
  // Rank r of w takes the items (lines, pieces, entries) whose number in the epoch, counted
  // over all files, leaves the remainder r when divided by w.
  int64_t rank = 0;
  int64_t world = 1;
  bool repeat = true;  // begin the next epoch when one is over; otherwise the stream ends
  uint64_t seed = 0;   // of the order, where a source has one of its own making
};

// Where a source stands: enough to go on from exactly here. Plain numbers, cheap to copy.
struct SourceCursor {
  int64_t epoch = 0;        // epochs finished
  int64_t file = 0;         // index of the file being read
  int64_t byte_offset = 0;  // of its next unread byte of text
  int64_t file_lines = 0;   // its lines before byte_offset
  int64_t items = 0;        // items passed in this epoch, whoever's they are
  int64_t documents = 0;    // documents handed out in this epoch

  // Over the lines this rank looked at in this epoch.
  int64_t lines_read = 0;
  int64_t lines_bad = 0;
  int64_t first_bad_file = 0;  // of the first bad line; these three say nothing if lines_bad = 0
  int64_t first_bad_line = 0;  // from 1
  LineFault first_bad_fault = LineFault::kNone;
};

struct SourceFile {
  std::string path;
  int64_t bytes = 0;  // on disk
};

class DocumentSource {
 public:
  virtual ~DocumentSource() = default;

  // The text of the next document of this rank, never empty, valid until the next call.
  // Errors: OutOfRange at the end when !repeat (then again at every call);
  // NotFound when an epoch holds no document for this rank;
  // InvalidArgument when too many lines are bad.
  virtual absl::StatusOr<absl::string_view> Next() = 0;

  // Behind the last document handed out.
  virtual const SourceCursor& cursor() const = 0;

  // Goes to a cursor taken from a source with the same files and options.
  virtual absl::Status Seek(const SourceCursor& cursor) = 0;

  // The files it reads, in the order in which cursors number them.
  virtual const std::vector<SourceFile>& files() const = 0;
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_DOCUMENT_SOURCE_H_
