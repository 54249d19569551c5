#include "memory_layer/memory_layer/memory_tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "memory_layer/value_store/host_value_store.h"
#include "memory_layer/value_store/memory_check.h"
#include "runtime/core/status.h"

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

}  // namespace

int64_t MemoryTablesBytes(const MemoryConfig& config, int64_t dim) {
  const int64_t tables = static_cast<int64_t>(Sharing(config).size() * TableNames(config).size());
  return tables * ValueStoreBytes(NumRows(config), RowDim(config, dim));
}

absl::StatusOr<MemoryTables> MemoryTables::Create(const MemoryConfig& config, int64_t dim,
                                                  Device device) {
  MemoryTables tables;
  const auto groups = Sharing(config);
  if (groups.empty()) return tables;
  if (!device.is_cpu()) {
    return absl::UnimplementedError(
        "a model with memory layers does not run on the GPU yet: use device=cpu");
  }
  MNEME_RETURN_IF_ERROR(CheckFitsInMemory(MemoryTablesBytes(config, dim), "the value tables"));
  for (const std::vector<int64_t>& layers : groups) {
    Entry entry;
    entry.layers = layers;
    entry.usage = std::make_unique<PickUsage>(NumRows(config));
    for (const std::string& table : TableNames(config)) {
      std::unique_ptr<HostValueStore> store;
      MNEME_ASSIGN_OR_RETURN(
          store, HostValueStore::Create(
                     absl::StrCat("layers.", layers[0], ".feed_forward.", table, ".weight"),
                     NumRows(config), RowDim(config, dim)));
      entry.stores.push_back(std::move(store));
    }
    tables.entries_.push_back(std::move(entry));
  }
  return tables;
}

void MemoryTables::Initialise(uint64_t seed) {
  for (ValueStore* store : stores()) store->Initialise(seed);
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
