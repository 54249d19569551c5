// The value tables of a model: made once, borrowed by its memory layers.

#ifndef MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_TABLES_H_
#define MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_TABLES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/memory_config.h"
#include "memory_layer/usage/pick_usage.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// What one memory layer reads. Everything outlives the layer.
struct LayerTables {
  ValueStore* values = nullptr;    // PEER: the experts' input weights
  ValueStore* values_v = nullptr;  // PEER: their output weights; else null
  PickUsage* usage = nullptr;      // where training picks are counted; null: nowhere
};

// Bytes of all tables of a model of width `dim`, by where they lie. For a preflight check.
struct TableBytes {
  int64_t elements = 0;   // parameters, not bytes
  int64_t gpu = 0;        // values and moments, without zero_copy
  int64_t host = 0;       // the same on a CPU or with zero_copy
  int64_t shared = 0;     // of host: what a GPU reads over the link
  int64_t optimizer = 0;  // moments, which are part of gpu or host
};
TableBytes MemoryTablesBytes(const MemoryConfig& config, int64_t dim, Device device = Device::Cpu(),
                             DType dtype = DType::kBF16);

// Told how many bytes of the tables' values have been drawn.
using TableProgress = std::function<void(int64_t done, int64_t total)>;

class MemoryTables {
 public:
  // One table, or for PEER a pair of them: for all layers if mem_share_values, else for each.
  // Named as the layer that comes first: "layers.4.feed_forward.values.weight", for PEER
  // "...values_u.weight" and "...values_v.weight". To be initialised or restored before
  // anything reads them.
  //
  // `device` runs the model, in `dtype`. On a GPU the tables lie in its memory or, with zero_copy,
  // in host memory; rows and gradients then cross the link as bf16, or as f32 for a model in f32.
  // Refused with values in bf16 in a GPU's memory, and before anything is allocated if memory
  // is short, with the numbers. Without memory layers there are no tables.
  static absl::StatusOr<MemoryTables> Create(const MemoryConfig& config, int64_t dim, Device device,
                                             DType dtype = DType::kBF16);

  // Of new tables: every row normal, by seed, table and row; but zero in a table that mem_keep_ffn
  // has start so: without a value_proj the one whose rows are summed.
  void Initialise(uint64_t seed, const TableProgress& progress = nullptr);

  // Of a block that is one of config.layers.
  LayerTables ForLayer(int64_t layer) const;

  // Every table once, in the order of the layers; for the optimizer and checkpoints.
  std::vector<ValueStore*> stores() const;
  // The picks of every table (or PEER pair), in the order of the layers.
  std::vector<PickUsage*> usages() const;

 private:
  struct Entry {
    std::vector<int64_t> layers;                      // that borrow it
    std::vector<std::unique_ptr<ValueStore>> stores;  // one, or two for PEER
    std::unique_ptr<PickUsage> usage;
  };

  std::vector<Entry> entries_;
  std::vector<ValueStore*> zero_;  // that start at zero
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_TABLES_H_
