#include "apps/config/scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace mneme {
namespace {

TEST(ScalarTest, Integers) {
  EXPECT_EQ(ReadInteger("128_000"), 128000);
  EXPECT_EQ(ReadInteger("0"), 0);
  EXPECT_EQ(ReadInteger("-1"), -1);
  EXPECT_EQ(ReadInteger("+5"), 5);
  EXPECT_EQ(ReadInteger("1e5"), 100000);
  EXPECT_EQ(ReadInteger("64.0"), 64);
  EXPECT_EQ(ReadInteger("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* text : {"",      "abc", "1.5", "010",  "-010",
                           "0x10",  "1 2", "_1",  "1_",   "1__0",
                           "--1",   "+-1", "+",   "-",    "9223372036854775808",
                           "1e300", "nan", "inf", "12,3", "true"}) {
    EXPECT_EQ(ReadInteger(text), std::nullopt) << text;
  }
}

TEST(ScalarTest, Numbers) {
  EXPECT_EQ(ReadNumber("1e-4"), 1e-4);
  EXPECT_EQ(ReadNumber("1E-4"), 1e-4);
  EXPECT_EQ(ReadNumber("500000.0"), 500000.0);
  EXPECT_EQ(ReadNumber("1_000.5"), 1000.5);
  EXPECT_EQ(ReadNumber(".5"), 0.5);
  EXPECT_EQ(ReadNumber("5."), 5.0);
  EXPECT_EQ(ReadNumber("+.5"), 0.5);
  EXPECT_EQ(ReadNumber("-3"), -3.0);
  for (const char* text : {"", "x", "1e", "nan", ".nan", "inf", "-inf", ".inf", "1e999", "1e-999",
                           "0x1p3", "1 ", " 1", "1,5", "1._5", "+-1"}) {
    EXPECT_EQ(ReadNumber(text), std::nullopt) << text;
  }
}

TEST(ScalarTest, Booleans) {
  for (const char* text : {"true", "True", "TRUE", "yes", "on", "1"}) {
    EXPECT_EQ(ReadBool(text), true) << text;
  }
  for (const char* text : {"false", "False", "no", "off", "0"}) {
    EXPECT_EQ(ReadBool(text), false) << text;
  }
  for (const char* text : {"", "2", "tru", "null", "y"}) {
    EXPECT_EQ(ReadBool(text), std::nullopt) << text;
  }
}

TEST(ScalarTest, NumbersAreWrittenAsNumbers) {
  EXPECT_EQ(NumberText(1e-5), "1.0e-05");
  EXPECT_EQ(NumberText(1e-4), "0.0001");
  EXPECT_EQ(NumberText(500000.0), "500000.0");
  EXPECT_EQ(NumberText(0.001), "0.001");
  EXPECT_EQ(NumberText(0.0), "0.0");
  EXPECT_EQ(NumberText(-2.5e300), "-2.5e+300");
}

TEST(ScalarTest, EveryDoubleComesBackTheSame) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (i % 2 == 0) value = std::ldexp(static_cast<double>(bits >> 11), -70);  // handy sizes
    if (!std::isfinite(value)) continue;
    const std::optional<double> back = ReadNumber(NumberText(value));
    ASSERT_TRUE(back.has_value()) << NumberText(value);
    ASSERT_EQ(std::memcmp(&*back, &value, sizeof(value)), 0) << NumberText(value);
  }
}

}  // namespace
}  // namespace mneme
