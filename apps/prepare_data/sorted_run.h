// Runs: files of documents in the order of their keys, for sorting what does not fit in memory
// (Knuth, The Art of Computer Programming, volume 3, section 5.4).

#ifndef MNEME_APPS_PREPARE_DATA_SORTED_RUN_H_
#define MNEME_APPS_PREPARE_DATA_SORTED_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/corpus/byte_source.h"

namespace mneme {

// A record of a run is this, in the machine's byte order, and behind it the line.
struct RecordHeader {
  uint64_t key = 0;        // random: the document's place in the order
  uint64_t text_hash = 0;  // of the document's text
  int64_t line_bytes = 0;
};

// Documents in memory, until there are enough for a run.
class RunBuffer {
 public:
  // Takes the address space of `capacity_bytes` at once, and the memory as it fills.
  explicit RunBuffer(int64_t capacity_bytes);

  void Add(uint64_t key, uint64_t text_hash, absl::string_view line);

  bool empty() const { return entries_.empty(); }
  bool full() const;

  // Writes the records in the order of their keys, and of Add among equal ones, to a file that is
  // whole or not there; then the buffer is empty. Errors: those of AtomicFile.
  absl::Status WriteTo(const std::string& path);

 private:
  struct Entry {
    uint64_t key;
    int64_t offset;  // of the record, in records_
  };

  const int64_t capacity_bytes_;
  std::string records_;
  std::vector<Entry> entries_;
};

// Reads a run from a record on.
class RunReader {
 public:
  // `offset` is a record's, or the end. Errors: those of OpenByteSource, and of Next.
  static absl::StatusOr<std::unique_ptr<RunReader>> Open(const std::string& path, int64_t offset,
                                                         int64_t buffer_bytes);

  bool at_end() const { return at_end_; }
  // Of the record in hand, unless at the end:
  const RecordHeader& header() const { return header_; }
  absl::string_view line() const { return line_; }
  int64_t offset() const { return offset_; }  // its own; at the end, the file's

  // Goes to the next record. Errors: DataLoss when the file ends inside of it.
  absl::Status Next();

 private:
  RunReader(const std::string& path, std::unique_ptr<ByteSource> bytes, int64_t offset,
            int64_t buffer_bytes);

  absl::Status ReadRecord();
  // Sees to it that `bytes` are in the buffer; false if the file ends before.
  absl::StatusOr<bool> Fill(int64_t bytes);

  const std::string path_;
  const std::unique_ptr<ByteSource> bytes_;
  std::vector<char> buffer_;  // unread bytes are [begin_, end_)
  int64_t begin_ = 0;
  int64_t end_ = 0;
  int64_t offset_;
  bool at_end_ = false;
  RecordHeader header_;
  absl::string_view line_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_SORTED_RUN_H_
