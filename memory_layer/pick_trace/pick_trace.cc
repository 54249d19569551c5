#include "memory_layer/pick_trace/pick_trace.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "runtime/core/status.h"
#include "runtime/files/mapped_file.h"

namespace mneme {
namespace {

constexpr char kMagic[] = "mnpicks1";
constexpr int64_t kMagicBytes = 8;
constexpr int64_t kMaxPicks = int64_t{1} << 40;  // of a lookup: keeps products inside int64_t

struct LookupHeader {
  int64_t step, layer, tokens, picks;
};

int64_t IdBytes(int64_t n_rows) { return n_rows <= int64_t{1} << 32 ? 4 : 8; }

template <typename Id>
absl::Status AppendAs(const std::vector<int64_t>& rows, AtomicFile* file) {
  const std::vector<Id> ids(rows.begin(), rows.end());
  return file->Append(ids.data(), static_cast<int64_t>(ids.size() * sizeof(Id)));
}

// Takes pieces of a file's contents from its beginning.
class Reader {
 public:
  explicit Reader(absl::string_view left) : left_(left) {}

  bool done() const { return left_.empty(); }
  bool Take(void* to, int64_t bytes) {
    if (static_cast<int64_t>(left_.size()) < bytes) return false;
    if (bytes > 0) std::memcpy(to, left_.data(), bytes);
    left_.remove_prefix(bytes);
    return true;
  }
  bool Has(int64_t bytes) const { return static_cast<int64_t>(left_.size()) >= bytes; }

 private:
  absl::string_view left_;
};

template <typename Id>
void TakeIds(Reader* reader, std::vector<int64_t>* rows) {
  std::vector<Id> ids(rows->size());
  reader->Take(ids.data(), static_cast<int64_t>(ids.size() * sizeof(Id)));
  rows->assign(ids.begin(), ids.end());
}

absl::Status Broken(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("'", path, "' is no trace of picks: ", what,
                                                 "; //apps:train logging.pick_trace writes one"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PickTraceWriter>> PickTraceWriter::Create(const std::string& path,
                                                                         int64_t n_rows) {
  MNEME_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  MNEME_RETURN_IF_ERROR(file->Append(kMagic, kMagicBytes));
  MNEME_RETURN_IF_ERROR(file->Append(&n_rows, sizeof(n_rows)));
  return std::unique_ptr<PickTraceWriter>(new PickTraceWriter(std::move(file), n_rows));
}

absl::Status PickTraceWriter::Add(int64_t step, int64_t layer, const Tensor& rows) {
  CHECK(rows.rank() >= 1 && rows.numel() > 0) << "picks " << ShapeString(rows.shape());
  const LookupHeader header = {step, layer, rows.dim(0), rows.numel() / rows.dim(0)};
  MNEME_RETURN_IF_ERROR(file_->Append(&header, sizeof(header)));
  const std::vector<int64_t> ids = rows.ToVector<int64_t>();
  return IdBytes(n_rows_) == 4 ? AppendAs<uint32_t>(ids, file_.get())
                               : AppendAs<uint64_t>(ids, file_.get());
}

absl::StatusOr<PickTrace> ReadPickTrace(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  Reader reader(file.contents());
  char magic[kMagicBytes];
  PickTrace trace;
  if (!reader.Take(magic, sizeof(magic)) || std::memcmp(magic, kMagic, kMagicBytes) != 0) {
    return Broken(path, "it does not begin as one");
  }
  if (!reader.Take(&trace.n_rows, sizeof(trace.n_rows)) || trace.n_rows <= 0) {
    return Broken(path, "its number of rows is missing");
  }
  while (!reader.done()) {
    LookupHeader header;
    if (!reader.Take(&header, sizeof(header))) return Broken(path, "it ends within a lookup");
    if (header.tokens <= 0 || header.picks <= 0 || header.tokens > kMaxPicks / header.picks) {
      return Broken(path, "a lookup has no sensible size");
    }
    const int64_t count = header.tokens * header.picks, id_bytes = IdBytes(trace.n_rows);
    if (!reader.Has(count * id_bytes)) return Broken(path, "it ends within a lookup");
    PickTrace::Lookup lookup = {header.step, header.layer, header.tokens, header.picks, {}};
    lookup.rows.resize(count);
    id_bytes == 4 ? TakeIds<uint32_t>(&reader, &lookup.rows)
                  : TakeIds<uint64_t>(&reader, &lookup.rows);
    for (const int64_t row : lookup.rows) {
      if (row < 0 || row >= trace.n_rows) return Broken(path, "it has rows outside of the table");
    }
    trace.lookups.push_back(std::move(lookup));
  }
  if (trace.lookups.empty()) return Broken(path, "it holds no lookup");
  return trace;
}

}  // namespace mneme
