#include "memory_layer/pick_trace/pick_trace.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

// Two lookups: [2, 1, 3] and [1, 4].
absl::Status Write(const std::string& path, int64_t n_rows, Device device = Device::Cpu()) {
  auto writer = PickTraceWriter::Create(path, n_rows);
  if (!writer.ok()) return writer.status();
  const int64_t last = n_rows - 1;
  const auto rows = [&](const Shape& shape, const std::vector<int64_t>& ids) {
    return Tensor::From<int64_t>(shape, ids, device);
  };
  absl::Status status = (*writer)->Add(7, 4, rows({2, 1, 3}, {0, 5, last, 1, 1, 2}));
  status.Update((*writer)->Add(8, 12, rows({1, 4}, {last, 3, 0, 9})));
  status.Update((*writer)->Commit());
  return status;
}

TEST(PickTraceTest, ReadsWhatWasWritten) {
  TempDir temp;
  for (Device device : AvailableDevices()) {
    for (const int64_t n_rows : {int64_t{100}, int64_t{1} << 32, (int64_t{1} << 33) + 1}) {
      const std::string path = temp.File("trace");
      ASSERT_TRUE(Write(path, n_rows, device).ok());
      const auto trace = ReadPickTrace(path);
      ASSERT_TRUE(trace.ok()) << trace.status();
      EXPECT_EQ(trace->n_rows, n_rows);
      ASSERT_EQ(trace->lookups.size(), 2);
      const PickTrace::Lookup &first = trace->lookups[0], &second = trace->lookups[1];
      EXPECT_EQ(first.step, 7);
      EXPECT_EQ(first.layer, 4);
      EXPECT_EQ(first.tokens, 2);
      EXPECT_EQ(first.picks, 3);
      EXPECT_EQ(first.rows, (std::vector<int64_t>{0, 5, n_rows - 1, 1, 1, 2}));
      EXPECT_EQ(second.layer, 12);
      EXPECT_EQ(second.rows, (std::vector<int64_t>{n_rows - 1, 3, 0, 9}));
    }
  }
}

TEST(PickTraceTest, IdsAreAsSmallAsTheyCanBe) {
  TempDir temp;
  ASSERT_TRUE(Write(temp.File("small"), 100).ok());
  ASSERT_TRUE(Write(temp.File("large"), int64_t{1} << 33).ok());
  const int64_t headers = 16 + 2 * 32;
  EXPECT_EQ(ReadFile(temp.File("small"))->size(), headers + 10 * 4);
  EXPECT_EQ(ReadFile(temp.File("large"))->size(), headers + 10 * 8);
}

TEST(PickTraceTest, WhatIsCutOffOrChangedIsRefused) {
  TempDir temp;
  ASSERT_TRUE(Write(temp.File("whole"), 100).ok());
  const std::string whole = *ReadFile(temp.File("whole"));
  const auto refusal = [&](const std::string& contents) {
    CHECK(WriteFileAtomically(temp.File("broken"), contents).ok());
    const auto trace = ReadPickTrace(temp.File("broken"));
    return trace.ok() ? "" : std::string(trace.status().message());
  };
  EXPECT_EQ(refusal(whole), "");
  const size_t first_end = 16 + 32 + 6 * 4;
  for (size_t size = 0; size < whole.size(); ++size) {
    if (size == first_end) continue;  // a whole lookup is a trace
    EXPECT_NE(refusal(whole.substr(0, size)), "") << size;
  }
  std::string changed = whole;
  changed[0] = 'x';
  EXPECT_NE(refusal(changed).find("broken' is no trace of picks: it does not begin"),
            std::string::npos);
  changed = whole;
  changed[16 + 32] = 100;  // the first row id
  EXPECT_NE(refusal(changed).find("outside of the table"), std::string::npos);
  changed = whole;
  changed[16 + 16 + 7] = 127;  // tokens
  EXPECT_NE(refusal(changed).find("no sensible size"), std::string::npos);
  EXPECT_FALSE(ReadPickTrace(temp.File("nowhere")).ok());
}

}  // namespace
}  // namespace mneme
