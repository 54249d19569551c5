#include "apps/config/suggest.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

class NearestKeyTest : public ::testing::Test {
 protected:
  NearestKeyTest() {
    for (const char* path :
         {"steps", "model.dim", "model.n_layers", "model.memory.mem_n_keys", "model.memory.layers",
          "optim.lr", "optim.lr_min_ratio", "data.batch_size", "eval.limit"}) {
      schema_.fields.push_back(Field{.path = path});
    }
    for (const char* path : {"", "model", "model.memory", "optim", "data", "eval"}) {
      schema_.groups.push_back({path, ""});
    }
    schema_.without_effect = {"distributed.compile"};
  }

  Schema schema_;
};

TEST_F(NearestKeyTest, FindsTheKeyThatWasMeant) {
  EXPECT_EQ(NearestKey(schema_, "model.dmi"), "model.dim");
  EXPECT_EQ(NearestKey(schema_, "modle.dim"), "model.dim");
  EXPECT_EQ(NearestKey(schema_, "step"), "steps");
  EXPECT_EQ(NearestKey(schema_, "modell"), "model");
  EXPECT_EQ(NearestKey(schema_, "batch_size"), "data.batch_size");
  EXPECT_EQ(NearestKey(schema_, "model.batchsize"), "data.batch_size");
  EXPECT_EQ(NearestKey(schema_, "n_keys"), "model.memory.mem_n_keys");
  EXPECT_EQ(NearestKey(schema_, "optim.min_ratio"), "optim.lr_min_ratio");
  EXPECT_EQ(NearestKey(schema_, "distributed.compil"), "distributed.compile");
}

TEST_F(NearestKeyTest, PrefersTheSameSection) {
  EXPECT_EQ(NearestKey(schema_, "model.layers"), "model.n_layers");
  EXPECT_EQ(NearestKey(schema_, "model.memory.layer"), "model.memory.layers");
  EXPECT_EQ(NearestKey(schema_, "model.n_layer"), "model.n_layers");
}

TEST_F(NearestKeyTest, DoesNotGuessWildly) {
  EXPECT_EQ(NearestKey(schema_, "foo"), "");
  EXPECT_EQ(NearestKey(schema_, "model.xyzzy"), "");
  EXPECT_EQ(NearestKey(schema_, ""), "");
}

}  // namespace
}  // namespace mneme
