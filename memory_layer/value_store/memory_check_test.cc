#include "memory_layer/value_store/memory_check.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mneme {
namespace {

// A root folder of its own, with the files of /proc and /sys that a test wants.
class MemoryCheckTest : public testing::Test {
 protected:
  MemoryCheckTest() : root_(std::string(getenv("TEST_TMPDIR")) + "/root") {
    std::filesystem::remove_all(root_);
  }

  void Write(const std::string& path, const std::string& content) {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << content;
  }

  std::optional<int64_t> Available() { return AvailableMemoryBytes(root_); }

  std::string root_;
};

TEST_F(MemoryCheckTest, MachineWithoutGroups) {
  EXPECT_EQ(Available(), std::nullopt);
  Write("/proc/meminfo", "MemTotal:    4000 kB\nMemAvailable:    2000 kB\nBuffers: 1 kB\n");
  EXPECT_EQ(Available(), 2000 * 1024);
}

TEST_F(MemoryCheckTest, GroupOfVersion2) {
  Write("/proc/meminfo", "MemAvailable:    2000 kB\n");
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  Write("/sys/fs/cgroup/a/b/memory.current", "700\n");
  EXPECT_EQ(Available(), 2000 * 1024);
  Write("/sys/fs/cgroup/a/memory.max", "10000\n");
  Write("/sys/fs/cgroup/a/memory.current", "4000\n");
  EXPECT_EQ(Available(), 6000);
  Write("/sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 300\n");
  EXPECT_EQ(Available(), 6300);
  Write("/sys/fs/cgroup/a/b/memory.max", "600\n");
  EXPECT_EQ(Available(), 0);  // over its limit already
}

TEST_F(MemoryCheckTest, GroupOfVersion1SeenFromInside) {
  Write("/proc/meminfo", "MemAvailable:    2000 kB\n");
  Write("/proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/x\n3:memory:/docker/1234\n0::/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9000\n");
  Write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "2000\n");
  Write("/sys/fs/cgroup/memory/memory.stat", "total_inactive_file 50\n");
  EXPECT_EQ(Available(), 7050);
}

TEST_F(MemoryCheckTest, RefusesWithTheNumbers) {
  Write("/proc/meminfo", "MemAvailable:    2048 kB\n");
  EXPECT_TRUE(CheckFitsInMemory(2048 * 1024, "the value tables", root_).ok());
  const absl::Status refused = CheckFitsInMemory(int64_t{3} << 30, "the value tables", root_);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(std::string(refused.message())
                .find("the value tables with optimizer state need 3.00 GiB of memory, and 2.00 MiB "
                      "are available"),
            std::string::npos)
      << refused;
}

TEST_F(MemoryCheckTest, ThisMachineTells) {
  ASSERT_TRUE(AvailableMemoryBytes().has_value());
  EXPECT_GT(*AvailableMemoryBytes(), 1 << 20);
  EXPECT_FALSE(CheckFitsInMemory(int64_t{1} << 60, "a table").ok());
}

TEST_F(MemoryCheckTest, SizesAsText) {
  EXPECT_EQ(MemorySizeString(0), "0 bytes");
  EXPECT_EQ(MemorySizeString(1536), "1.50 KiB");
  EXPECT_EQ(MemorySizeString(int64_t{1} << 62), "4096.00 PiB");
}

}  // namespace
}  // namespace mneme
