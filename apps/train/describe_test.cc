#include "apps/train/describe.h"

#include <gtest/gtest.h>

#include "apps/eval/testing/tiny_model.h"

namespace mneme {
namespace {

TEST(DescribeTest, ATokenCostsWhatItMeets) {
  const auto model = MakeTinyModel();
  const double table = TableFlopsPerToken(*model);
  EXPECT_EQ(table, 6 * (2 * 3) * 16);  // heads, rows a head, their width
  const int64_t embeddings = 258 * 16;
  EXPECT_EQ(FlopsPerToken(*model, 0) - table, 6 * (model->parameters().NumElements() - embeddings));
  // Layers, width: twice the products of queries and keys and of weights and values, halved.
  EXPECT_EQ(FlopsPerToken(*model, 24) - FlopsPerToken(*model, 0), 6 * 2 * 24 * 16);

  ModelSection tied = TinyModelSection();
  tied.model.weight_tying = true;
  tied.memory.is_enabled = false;
  const auto dense = LanguageModel::Create(tied.model, {}, 1, Device::Cpu(), DType::kF32);
  ASSERT_TRUE(dense.ok()) << dense.status();
  EXPECT_EQ(FlopsPerToken(**dense, 0), 6 * (*dense)->parameters().NumElements());
}

TEST(DescribeTest, AModelInALine) {
  const std::string text = DescribeModel(*MakeTinyModel());
  EXPECT_EQ(text.find("2 layers x 16, "), 0) << text;
  EXPECT_NE(text.find("; memory at layer 1: 64 rows x 16 (1.02k parameters), 6 rows a token"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace mneme
