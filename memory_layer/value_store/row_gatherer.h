// Rows of a table in host memory, read by CPU threads and copied to a device.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "runtime/core/stream.h"
#include "runtime/core/tensor.h"

namespace mneme {

// For rows so small and far apart that the GPU's address translation, and not the link, bounds
// ReadRows. The host waits until the device knows which rows there are; pieces of the table are
// gathered into pinned memory while those before are on their way.
class RowGatherer {
 public:
  // `name` names the table in an error.
  static absl::StatusOr<std::unique_ptr<RowGatherer>> Create(const std::string& name, Tensor table,
                                                             Device device);

  // As ReadRows(table, earlier, copies), with less than kMaxEarlierCopies earlier ones; the rows
  // are there for work put into the compute stream from here on.
  void Read(const std::vector<RowCopies>& earlier, const RowCopies& copies);

 private:
  struct Piece {
    Tensor rows;  // [piece_rows, dim], pinned
    std::unique_ptr<Event> sent;
  };

  RowGatherer(std::string name, Tensor table, Device device);

  // The ids of some copies, on the host.
  std::vector<int64_t> Download(const RowCopies& copies);
  // to[i] = table[ids[i]]
  void Gather(const std::vector<int64_t>& ids, const Tensor& to);

  const std::string name_;
  const Tensor table_;
  const Device device_;
  Stream stream_;
  Event ready_;    // on the compute stream
  Event arrived_;  // the ids
  Event sent_;     // all rows
  Tensor count_;   // i64 [1], pinned
  Tensor ids_;     // i64 [as many as were ever needed], pinned
  std::vector<Piece> pieces_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_ROW_GATHERER_H_
