#include "memory_layer/value_store/resident_value_store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mneme {
namespace {

std::unique_ptr<ResidentValueStore> Store(const std::string& name, int64_t n_rows, int64_t dim) {
  auto store = ResidentValueStore::Create(name, n_rows, dim);
  CHECK(store.ok()) << store.status();
  return *std::move(store);
}

TEST(ResidentValueStoreTest, RowsMayBeInitialisedInPieces) {
  const auto values = [](ResidentValueStore* store) { return store->State()[0].tensor; };
  const auto whole = Store("a", 1000, 33), pieces = Store("a", 700, 33);
  whole->Initialise(5);
  pieces->InitialiseRows(5, 300, 700);
  pieces->InitialiseRows(5, 0, 300);
  EXPECT_EQ(values(pieces.get()).ToVector<float>(),
            values(whole.get()).Slice(0, 700).ToVector<float>());
}

TEST(ResidentValueStoreTest, StagesItsOwnTable) {
  const auto store = Store("a", 5, 2);
  const StagedRows staged = store->Stage(PickPlan(Tensor::From<int64_t>({1, 3}, {3, 0, 3}), 5));
  EXPECT_EQ(staged.rows.raw(), store->State()[0].tensor.raw());
  EXPECT_EQ(staged.index.ToVector<int64_t>(), (std::vector<int64_t>{3, 0, 3}));
}

TEST(ResidentValueStoreTest, BytesCountTableAndMoments) {
  EXPECT_EQ(ResidentValueStore::BytesNeeded(int64_t{64000000}, 128), int64_t{98304000000});
}

TEST(ResidentValueStoreTest, AbsurdSizesAreRefused) {
  const auto store = ResidentValueStore::Create("a table", int64_t{1} << 44, 1 << 10);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(std::string(store.status().message()).find("bytes for a table"), std::string::npos);
}

}  // namespace
}  // namespace mneme
