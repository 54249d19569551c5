#include "apps/progress/event_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/files/checksum.h"
#include "runtime/files/file_util.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

// A reader of protocol buffers: the fields of a message in their order.
struct Field {
  int number;
  uint64_t integer;   // a varint, or the bits of a fixed number
  std::string bytes;  // of a field that has a length
};

uint64_t TakeVarint(absl::string_view* data) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(data->front());
    data->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

uint64_t TakeFixed(int bytes, absl::string_view* data) {
  uint64_t value = 0;
  std::memcpy(&value, data->data(), bytes);
  data->remove_prefix(bytes);
  return value;
}

std::vector<Field> Parse(absl::string_view data) {
  std::vector<Field> fields;
  while (!data.empty()) {
    const uint64_t key = TakeVarint(&data);
    Field field = {static_cast<int>(key >> 3), 0, ""};
    const int type = static_cast<int>(key & 7);
    if (type == 2) {
      const uint64_t length = TakeVarint(&data);
      field.bytes = std::string(data.substr(0, length));
      data.remove_prefix(length);
    } else {
      field.integer = type == 0 ? TakeVarint(&data) : TakeFixed(type == 1 ? 8 : 4, &data);
    }
    fields.push_back(field);
  }
  return fields;
}

struct Event {
  double wall_time = 0.0;
  int64_t step = 0;
  std::string version;
  std::map<std::string, float> scalars;
  std::optional<uint64_t> session_status;
};

uint32_t Unmasked(uint32_t masked) {
  const uint32_t rotated = masked - 0xa282ead8u;
  return rotated >> 17 | rotated << 15;
}

void TakeChecksum(absl::string_view of, absl::string_view* data) {
  const uint32_t crc = Unmasked(static_cast<uint32_t>(TakeFixed(4, data)));
  EXPECT_EQ(crc, ExtendCrc32c(0, of.data(), static_cast<int64_t>(of.size())));
}

template <class To, class From>
To BitsAs(From bits) {
  To value;
  std::memcpy(&value, &bits, sizeof(To));
  return value;
}

std::vector<Event> ReadEvents(const std::string& path) {
  const std::string file = *ReadFile(path);
  std::vector<Event> events;
  for (absl::string_view data = file; !data.empty();) {
    const absl::string_view header = data.substr(0, 8);
    const uint64_t length = TakeFixed(8, &data);
    TakeChecksum(header, &data);
    const absl::string_view record = data.substr(0, length);
    data.remove_prefix(length);
    TakeChecksum(record, &data);
    Event event;
    for (const Field& field : Parse(record)) {
      if (field.number == 1) event.wall_time = BitsAs<double>(field.integer);
      if (field.number == 2) event.step = static_cast<int64_t>(field.integer);
      if (field.number == 3) event.version = field.bytes;
      if (field.number == 7) event.session_status = Parse(field.bytes)[0].integer;
      if (field.number != 5) continue;
      for (const Field& value : Parse(field.bytes)) {
        const std::vector<Field> parts = Parse(value.bytes);
        event.scalars[parts[0].bytes] = BitsAs<float>(static_cast<uint32_t>(parts[1].integer));
      }
    }
    events.push_back(event);
  }
  return events;
}

std::unique_ptr<EventFile> Create(const TempDir& dir, int64_t resume_step = 0) {
  auto file = EventFile::Create(dir.path(), resume_step, [] { return absl::FromUnixMillis(1700); });
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

TEST(EventFileTest, HoldsTheNumbersOfEachStep) {
  TempDir dir;
  const auto file = Create(dir);
  EXPECT_NE(file->path().find("/events.out.tfevents.0000000001."), std::string::npos);
  ASSERT_TRUE(file->Write(10, {{"loss/out", 2.5}, {"name", std::string("x")}}).ok());
  ASSERT_TRUE(file->Write(int64_t{1} << 40, {{"optim/total_tokens", int64_t{300}}}).ok());
  const std::vector<Event> events = ReadEvents(file->path());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_EQ(events[0].wall_time, 1.7);
  EXPECT_EQ(events[1].step, 10);
  EXPECT_EQ(events[1].scalars, (std::map<std::string, float>{{"loss/out", 2.5f}}));
  EXPECT_EQ(events[2].step, int64_t{1} << 40);
  EXPECT_EQ(events[2].scalars, (std::map<std::string, float>{{"optim/total_tokens", 300.0f}}));
}

TEST(EventFileTest, WhatIsNotFiniteIsKept) {
  TempDir dir;
  const auto file = Create(dir);
  ASSERT_TRUE(
      file->Write(1, {{"a", std::nan("")}, {"b", std::numeric_limits<double>::infinity()}}).ok());
  const std::vector<Event> events = ReadEvents(file->path());
  EXPECT_TRUE(std::isnan(events[1].scalars.at("a")));
  EXPECT_TRUE(std::isinf(events[1].scalars.at("b")));
}

TEST(EventFileTest, ARunThatGoesOnSaysFromWhere) {
  TempDir dir;
  const std::vector<Event> events = ReadEvents(Create(dir, 20)->path());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].step, 21);
  EXPECT_EQ(events[1].session_status, 1u);
}

TEST(EventFileTest, AfterAFullDiskThereIsNoHalfRecord) {
  TempDir dir;
  const auto file = Create(dir);
  ASSERT_TRUE(file->Write(1, {{"x", 1.0}}).ok());
  const std::string before = *ReadFile(file->path());
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const struct rlimit full = {before.size() + 20, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status status = file->Write(2, {{"x", 2.0}});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(status.message().find(file->path()), absl::string_view::npos) << status;
  EXPECT_EQ(*ReadFile(file->path()), before);
  EXPECT_TRUE(file->Write(3, {{"x", 3.0}}).ok());
  EXPECT_EQ(ReadEvents(file->path()).back().step, 3);
}

TEST(EventFileTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(EventFile::Create("/none", 0).ok());
}

}  // namespace
}  // namespace mneme
