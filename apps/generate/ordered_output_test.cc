#include "apps/generate/ordered_output.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

TEST(OrderedOutput, TheFirstComesAtOnceTheOthersWait) {
  std::string written;
  OrderedOutput output(4, [&](absl::string_view text) {
    absl::StrAppend(&written, text);
    return absl::OkStatus();
  });
  EXPECT_TRUE(output.Append(1, "b").ok());
  EXPECT_TRUE(output.Append(0, "a").ok());
  EXPECT_EQ(written, "a");
  EXPECT_TRUE(output.End(1).ok());
  EXPECT_TRUE(output.Append(2, "c").ok());
  EXPECT_TRUE(output.Append(0, "A").ok());
  EXPECT_EQ(written, "aA");
  EXPECT_TRUE(output.End(0).ok());
  EXPECT_EQ(written, "aAbc");
  EXPECT_TRUE(output.Append(2, "C").ok());
  EXPECT_EQ(written, "aAbcC");
  EXPECT_TRUE(output.End(3).ok());
  EXPECT_TRUE(output.End(2).ok());
  EXPECT_EQ(written, "aAbcC");
}

TEST(OrderedOutput, ErrorsArePassedOn) {
  OrderedOutput output(2, [](absl::string_view) { return absl::UnknownError("full"); });
  EXPECT_TRUE(output.Append(1, "b").ok());
  EXPECT_EQ(output.Append(0, "a").message(), "full");
  EXPECT_EQ(output.End(0).message(), "full");
}

}  // namespace
}  // namespace mneme
