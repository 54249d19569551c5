#include "memory_layer/value_store/row_gatherer.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// Pieces small enough to keep all threads busy to the end, and large enough for the driver's calls
// not to count: on a 16-core host 2 MiB read rows of 256 B a fifth faster than 512 KiB.
constexpr int64_t kStagingBytes = 64 << 20;
constexpr int64_t kPieceBytes = 2 << 20;
constexpr int64_t kLineBytes = 64;
constexpr int64_t kLinesAhead = 64;  // that are fetched while others are copied

// to[i] = table[ids[i]], rows of row_bytes.
void CopyRows(const char* table, int64_t row_bytes, absl::Span<const int64_t> ids, char* to) {
  const int64_t row_lines = CeilDiv(row_bytes, kLineBytes);
  const int64_t rows_ahead = std::max<int64_t>(1, kLinesAhead / row_lines);
  const int64_t count = static_cast<int64_t>(ids.size());
  for (int64_t i = 0; i < count; ++i) {
    const char* ahead = table + ids[std::min(i + rows_ahead, count - 1)] * row_bytes;
    for (int64_t at = 0; at < row_bytes; at += kLineBytes) __builtin_prefetch(ahead + at);
    std::memcpy(to + i * row_bytes, table + ids[i] * row_bytes, row_bytes);
  }
}

}  // namespace

RowGatherer::RowGatherer(std::string name, Tensor table, Device device)
    : name_(std::move(name)),
      table_(std::move(table)),
      device_(device),
      stream_(device),
      ready_(device),
      arrived_(device),
      sent_(device) {}

absl::StatusOr<std::unique_ptr<RowGatherer>> RowGatherer::Create(const std::string& name,
                                                                 Tensor table, Device device) {
  const std::string what = absl::StrCat("rows of ", name);
  const int64_t row_bytes = table.dim(1) * DTypeBytes(table.dtype());
  const int64_t piece_rows = std::max<int64_t>(1, kPieceBytes / row_bytes);
  const int64_t pieces = std::max<int64_t>(1, kStagingBytes / (piece_rows * row_bytes));
  const Shape staging = {std::min(pieces * piece_rows, table.dim(0)), table.dim(1)};
  auto gatherer = std::unique_ptr<RowGatherer>(new RowGatherer(name, std::move(table), device));
  MNEME_ASSIGN_OR_RETURN(gatherer->count_, MapPinned({1}, DType::kI64, device, what));
  MNEME_ASSIGN_OR_RETURN(const Tensor rows,
                         MapPinned(staging, gatherer->table_.dtype(), device, what));
  for (int64_t begin = 0; begin < rows.dim(0); begin += piece_rows) {
    const int64_t end = std::min(begin + piece_rows, rows.dim(0));
    gatherer->pieces_.emplace_back(rows.Slice(begin, end), device);
  }
  return gatherer;
}

absl::Span<const int64_t> RowGatherer::Download(const RowCopies& copies) {
  const int64_t max_rows = copies.rows.numel();
  if (!ids_.defined() || ids_.numel() < max_rows) {
    auto ids = MapPinned({max_rows}, DType::kI64, device_, absl::StrCat("row ids of ", name_));
    CHECK(ids.ok()) << ids.status().message();
    ids_ = *std::move(ids);
  }
  StartCopy(copies.count, count_, stream_);
  StartCopy(copies.rows, ids_.Slice(0, max_rows), stream_);
  arrived_.Record(stream_);
  arrived_.Synchronize();
  return {ids_.data<int64_t>(), static_cast<size_t>(*count_.data<int64_t>())};
}

void RowGatherer::Gather(absl::Span<const int64_t> ids, const Tensor& to) {
  const char* table = static_cast<const char*>(table_.raw());
  const int64_t row_bytes = table_.dim(1) * DTypeBytes(table_.dtype());
  const int64_t count = static_cast<int64_t>(ids.size()), piece_rows = pieces_[0].rows.dim(0);
  ParallelFor(count, piece_rows, [&](int64_t begin, int64_t end) {
    Piece& piece = pieces_[begin / piece_rows % pieces_.size()];
    const std::lock_guard<std::mutex> turn(piece.turn);
    if (!piece.sent.IsDone()) piece.sent.Synchronize();  // the copy that used it last
    CopyRows(table, row_bytes, ids.subspan(begin, end - begin),
             static_cast<char*>(piece.rows.raw()));
    StartCopy(piece.rows.Slice(0, end - begin), to.Slice(begin, end), stream_);
    piece.sent.Record(stream_);
  });
  sent_.Record(stream_);
  Stream::Compute(device_).Wait(sent_);
}

void RowGatherer::Read(const std::vector<RowCopies>& earlier, const RowCopies& copies) {
  CHECK_LT(earlier.size(), kMaxEarlierCopies);
  ready_.Record(Stream::Compute(device_));
  stream_.Wait(ready_);
  const absl::Span<const int64_t> picked = Download(copies);
  if (earlier.empty()) return Gather(picked, copies.values);

  // Those that no earlier copy holds become one more earlier copy.
  std::vector<int64_t> ids(picked.begin(), picked.end());
  for (const RowCopies& set : earlier) {
    const absl::Span<const int64_t> held = Download(set);
    std::vector<int64_t> missing;
    std::set_difference(ids.begin(), ids.end(), held.begin(), held.end(),
                        std::back_inserter(missing));
    ids = std::move(missing);
  }
  const int64_t count = static_cast<int64_t>(ids.size());
  const RowCopies missing = {Tensor::From<int64_t>({count}, ids, device_),
                             Tensor::From<int64_t>({1}, {count}, device_),
                             Tensor::Empty({count, table_.dim(1)}, table_.dtype(), device_)};
  ready_.Record(Stream::Compute(device_));  // the memory is free to be written to
  stream_.Wait(ready_);
  Gather(ids, missing.values);
  std::vector<RowCopies> all = earlier;
  all.push_back(missing);
  ReadRows(table_, all, copies);
}

}  // namespace mneme
