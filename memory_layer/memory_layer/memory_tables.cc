#include "memory_layer/memory_layer/memory_tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "memory_layer/product_key/product_key.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/host_value_store.h"
#include "memory_layer/value_store/memory_check.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "runtime/core/status.h"
#include "runtime/kernels/fill/fill.h"

namespace mneme {
namespace {

// The layers that share each table.
std::vector<std::vector<int64_t>> Sharing(const MemoryConfig& config) {
  std::vector<std::vector<int64_t>> groups;
  if (!config.is_enabled) return groups;
  for (int64_t layer : config.layers) {
    if (groups.empty() || !config.mem_share_values) groups.emplace_back();
    groups.back().push_back(layer);
  }
  return groups;
}

std::vector<std::string> TableNames(const MemoryConfig& config) {
  if (config.peer_variant) return {"values_u", "values_v"};
  return {"values"};
}

bool IsBf16(const MemoryConfig& config) { return config.values_dtype == ValuesDType::kBf16; }

// The only one that has values in bf16.
bool UsesHostStore(const MemoryConfig& config, Device device) {
  return device.is_cuda() ? config.zero_copy : IsBf16(config);
}

HostValueStore::Options HostOptions(const MemoryConfig& config, DType dtype) {
  const DType on_link = dtype == DType::kF32 ? DType::kF32 : DType::kBF16;
  const DType values = IsBf16(config) ? DType::kBF16 : DType::kF32;
  return {.values_dtype = values,
          .rows_dtype = IsBf16(config) ? DType::kBF16 : on_link,
          .gradients_dtype = on_link,
          .gather = config.gather};
}

absl::StatusOr<std::unique_ptr<ValueStore>> CreateStore(const std::string& name,
                                                        const MemoryConfig& config, int64_t dim,
                                                        Device device, DType dtype) {
  const int64_t n_rows = NumRows(config), row_dim = RowDim(config, dim);
  if (UsesHostStore(config, device)) {
    return HostValueStore::Create(name, n_rows, row_dim, device, HostOptions(config, dtype));
  }
  return ResidentValueStore::Create(name, n_rows, row_dim, device);
}

// For a GPU, whose memory may begin with anything. A CPU's begins as zeros, and takes no pages
// until it is written to.
void ZeroValues(ValueStore* store) {
  Fill(store->State()[0].tensor, 0.0);
  store->FinishRestore();
}

int64_t RowBytes(ValueStore* store) {
  return store->dim() * DTypeBytes(store->State()[0].tensor.dtype());
}

}  // namespace

TableBytes MemoryTablesBytes(const MemoryConfig& config, int64_t dim, Device device, DType dtype) {
  const int64_t tables = static_cast<int64_t>(Sharing(config).size() * TableNames(config).size());
  const int64_t n_rows = tables * NumRows(config), row_dim = RowDim(config, dim);
  TableBytes bytes;
  bytes.elements = n_rows * row_dim;
  bytes.optimizer = 2 * bytes.elements * static_cast<int64_t>(sizeof(float));
  if (UsesHostStore(config, device)) {
    bytes.host = HostValueStore::BytesNeeded(n_rows, row_dim, HostOptions(config, dtype));
    bytes.shared = HostValueStore::SharedBytes(n_rows, row_dim, HostOptions(config, dtype));
  } else {
    (device.is_cuda() ? bytes.gpu : bytes.host) = ResidentValueStore::BytesNeeded(n_rows, row_dim);
  }
  return bytes;
}

absl::StatusOr<MemoryTables> MemoryTables::Create(const MemoryConfig& config, int64_t dim,
                                                  Device device, DType dtype) {
  MemoryTables tables;
  const auto groups = Sharing(config);
  if (groups.empty()) return tables;
  if (device.is_cuda() && config.mem_knn > kMaxCudaKnn) {
    return absl::InvalidArgumentError(absl::StrCat("mem_knn is ", config.mem_knn,
                                                   ", and a GPU picks at most ", kMaxCudaKnn,
                                                   " rows a head: lower it, or use device: cpu"));
  }
  if (IsBf16(config) && !UsesHostStore(config, device)) {
    return absl::InvalidArgumentError(
        "values_dtype is bf16, which only tables in host memory can be: use zero_copy: true, or "
        "values_dtype: fp32");
  }
  const TableBytes bytes = MemoryTablesBytes(config, dim, device, dtype);
  MNEME_RETURN_IF_ERROR(bytes.gpu > 0 ? CheckFitsOnGpu(bytes.gpu, "the value tables")
                                      : CheckFitsInMemory(bytes.host, "the value tables"));
  for (const std::vector<int64_t>& layers : groups) {
    Entry entry;
    entry.layers = layers;
    entry.usage = std::make_unique<PickUsage>(NumRows(config), device);
    for (const std::string& table : TableNames(config)) {
      const std::string name =
          absl::StrCat("layers.", layers[0], ".feed_forward.", table, ".weight");
      std::unique_ptr<ValueStore> store;
      MNEME_ASSIGN_OR_RETURN(store, CreateStore(name, config, dim, device, dtype));
      entry.stores.push_back(std::move(store));
    }
    if (config.mem_keep_ffn && !HasValueProj(config)) {
      tables.zero_.push_back(entry.stores.back().get());
    }
    tables.entries_.push_back(std::move(entry));
  }
  return tables;
}

void MemoryTables::Initialise(uint64_t seed, const TableProgress& progress) {
  constexpr int64_t kPieceElements = 64 << 20;
  std::vector<ValueStore*> drawn;
  int64_t done = 0, total = 0;
  for (ValueStore* store : stores()) {
    if (std::count(zero_.begin(), zero_.end(), store) > 0) {
      if (store->device().is_cuda()) ZeroValues(store);
      continue;
    }
    drawn.push_back(store);
    total += store->n_rows() * RowBytes(store);
  }
  for (ValueStore* store : drawn) {
    const int64_t piece = std::max<int64_t>(1, kPieceElements / store->dim());
    for (int64_t begin = 0; begin < store->n_rows(); begin += piece) {
      const int64_t end = std::min(store->n_rows(), begin + piece);
      store->InitialiseRows(seed, begin, end);
      done += (end - begin) * RowBytes(store);
      if (progress) progress(done, total);
    }
  }
}

LayerTables MemoryTables::ForLayer(int64_t layer) const {
  for (const Entry& entry : entries_) {
    if (std::count(entry.layers.begin(), entry.layers.end(), layer) == 0) continue;
    return {.values = entry.stores[0].get(),
            .values_v = entry.stores.size() > 1 ? entry.stores[1].get() : nullptr,
            .usage = entry.usage.get()};
  }
  LOG(FATAL) << "block " << layer << " is no memory layer";
  return {};
}

std::vector<ValueStore*> MemoryTables::stores() const {
  std::vector<ValueStore*> stores;
  for (const Entry& entry : entries_) {
    for (const auto& store : entry.stores) stores.push_back(store.get());
  }
  return stores;
}

std::vector<PickUsage*> MemoryTables::usages() const {
  std::vector<PickUsage*> usages;
  for (const Entry& entry : entries_) usages.push_back(entry.usage.get());
  return usages;
}

}  // namespace mneme
