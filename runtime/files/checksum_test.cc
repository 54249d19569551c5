#include "runtime/files/checksum.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/files/temp_dir.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

uint32_t Crc(const std::string& text) { return ExtendCrc32c(0, text.data(), text.size()); }

std::string Bytes(int64_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 12345;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// One bit at a time, as the definition has it.
uint32_t SlowCrc(const std::string& text) {
  uint32_t state = ~0u;
  for (unsigned char byte : text) {
    state ^= byte;
    for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ (state & 1 ? 0x82F63B78 : 0);
  }
  return ~state;
}

// RFC 3720, appendix B.4, and the check value of the usual catalogues.
TEST(ChecksumTest, KnownAnswers) {
  EXPECT_EQ(Crc(""), 0u);
  EXPECT_EQ(Crc("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc(std::string(32, '\xff')), 0x62A8AB43u);
  std::string ascending(32, '\0');
  std::iota(ascending.begin(), ascending.end(), 0);
  EXPECT_EQ(Crc(ascending), 0x46DD794Eu);
  std::reverse(ascending.begin(), ascending.end());
  EXPECT_EQ(Crc(ascending), 0x113FDB5Cu);
}

TEST(ChecksumTest, EverySizeAndSplit) {
  for (int64_t size : {1, 7, 8, 9, 63, 1000}) {
    const std::string bytes = Bytes(size);
    EXPECT_EQ(Crc(bytes), SlowCrc(bytes)) << size;
    for (int64_t first = 0; first <= size; first += 1 + size / 10) {
      const uint32_t first_crc = Crc(bytes.substr(0, first));
      EXPECT_EQ(ExtendCrc32c(first_crc, bytes.data() + first, size - first), Crc(bytes));
      EXPECT_EQ(CombineCrc32c(first_crc, Crc(bytes.substr(first)), size - first), Crc(bytes));
    }
  }
}

TEST(ChecksumTest, LargeDataOnAnyNumberOfThreads) {
  const TempDir dir;
  // Around the sizes at which memory and files are cut into pieces.
  for (int64_t size : {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * (1 << 20), (1 << 24) + 5}) {
    const std::string bytes = Bytes(size);
    const uint32_t expected = SlowCrc(bytes);
    std::ofstream(dir.File("f"), std::ios::binary) << bytes;
    for (int threads : {1, 2, 5}) {
      SetNumThreads(threads);
      EXPECT_EQ(Crc(bytes), expected) << size;
      EXPECT_EQ(FileCrc32c(dir.File("f")).value(), expected) << size;
      const uint32_t first_crc = Crc(bytes.substr(0, 10));
      EXPECT_EQ(ExtendCrc32c(first_crc, bytes.data() + 10, size - 10), expected) << size;
    }
  }
  SetNumThreads(0);
}

TEST(ChecksumTest, Files) {
  const TempDir dir;
  std::ofstream(dir.File("empty")).flush();
  EXPECT_EQ(FileCrc32c(dir.File("empty")).value(), 0u);
  std::ofstream(dir.File("digits")) << "123456789";
  EXPECT_EQ(FileCrc32c(dir.File("digits")).value(), 0xE3069283u);
  EXPECT_THAT(std::string(FileCrc32c(dir.File("missing")).status().message()),
              testing::HasSubstr(dir.File("missing")));
}

}  // namespace
}  // namespace mneme
