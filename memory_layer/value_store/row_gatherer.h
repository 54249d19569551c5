// Rows of a table in host memory, read by CPU threads and copied to a device.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "runtime/core/stream.h"
#include "runtime/core/tensor.h"

namespace mneme {

// For rows so small and far apart that the GPU's address translation, and not the link, bounds
// ReadRows. The host waits until the device knows which rows there are; then each thread gathers
// pieces into pinned memory and sends them off.
class RowGatherer {
 public:
  // `name` names the table in an error.
  static absl::StatusOr<std::unique_ptr<RowGatherer>> Create(const std::string& name, Tensor table,
                                                             Device device);

  // As ReadRows(table, earlier, copies), with less than kMaxEarlierCopies earlier ones; the rows
  // are there for work put into the compute stream from here on.
  void Read(const std::vector<RowCopies>& earlier, const RowCopies& copies);

 private:
  // Room for some rows, which whoever has the turn fills and sends.
  struct Piece {
    Piece(Tensor rows, Device device) : rows(std::move(rows)), sent(device) {}

    std::mutex turn;
    const Tensor rows;  // [piece_rows, dim], pinned; the last piece's may be fewer
    Event sent;
  };

  RowGatherer(std::string name, Tensor table, Device device);

  // The ids of some copies, on the host; until the next call.
  absl::Span<const int64_t> Download(const RowCopies& copies);
  // to[i] = table[ids[i]]
  void Gather(absl::Span<const int64_t> ids, const Tensor& to);

  const std::string name_;
  const Tensor table_;
  const Device device_;
  Stream stream_;
  Event ready_;    // on the compute stream
  Event arrived_;  // the ids
  Event sent_;     // all rows
  Tensor count_;   // i64 [1], pinned
  Tensor ids_;     // i64 [as many as were ever needed], pinned
  std::deque<Piece> pieces_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_
