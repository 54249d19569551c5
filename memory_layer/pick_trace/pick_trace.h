// Which rows a real run picked: a file that benchmarks read.
//
// Little-endian: "mnpicks1"; i64 n_rows, of each table; and for every lookup i64 step, layer,
// tokens, picks a token, and the tokens * picks row ids, u32 if n_rows <= 2^32, else u64.

#ifndef MNEME_MEMORY_LAYER_PICK_TRACE_PICK_TRACE_H_
#define MNEME_MEMORY_LAYER_PICK_TRACE_PICK_TRACE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/core/tensor.h"
#include "runtime/files/atomic_file.h"

namespace mneme {

class PickTraceWriter {
 public:
  // The file is at `path` after Commit. Errors name it, as do those of the others.
  static absl::StatusOr<std::unique_ptr<PickTraceWriter>> Create(const std::string& path,
                                                                 int64_t n_rows);

  // One lookup. rows: i64 [T, ...], each in [0, n_rows), on any device, which is waited for.
  absl::Status Add(int64_t step, int64_t layer, const Tensor& rows);
  absl::Status Commit() { return file_->Commit(); }

 private:
  PickTraceWriter(std::unique_ptr<AtomicFile> file, int64_t n_rows)
      : file_(std::move(file)), n_rows_(n_rows) {}

  std::unique_ptr<AtomicFile> file_;
  int64_t n_rows_;
};

struct PickTrace {
  struct Lookup {
    int64_t step, layer, tokens, picks;
    std::vector<int64_t> rows;  // [tokens * picks]
  };

  int64_t n_rows = 0;
  std::vector<Lookup> lookups;  // at least one, none of them empty
};

// Errors: a file that is no trace, ends too early, or holds a row that is not in its table.
absl::StatusOr<PickTrace> ReadPickTrace(const std::string& path);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PICK_TRACE_PICK_TRACE_H_
