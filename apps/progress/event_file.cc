#include "apps/progress/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <variant>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/progress/write_text.h"
#include "runtime/core/status.h"
#include "runtime/files/checksum.h"

namespace mneme {
namespace {

// The numbers of the fields, as TensorFlow's event.proto and summary.proto have them.
constexpr int kEventWallTime = 1, kEventStep = 2, kEventFileVersion = 3, kEventSummary = 5,
              kEventSessionLog = 7;
constexpr int kSummaryValue = 1, kValueTag = 1, kValueSimple = 2;
constexpr int kSessionLogStatus = 1, kSessionLogStart = 1;

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

void AppendKey(int field, WireType type, std::string* out) { AppendVarint(field << 3 | type, out); }

template <class T>
void AppendRaw(T value, std::string* out) {  // little endian, as the machine is
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

void AppendInteger(int field, int64_t value, std::string* out) {
  AppendKey(field, kVarint, out);
  AppendVarint(static_cast<uint64_t>(value), out);
}

void AppendBytes(int field, absl::string_view bytes, std::string* out) {
  AppendKey(field, kBytes, out);
  AppendVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

// As the format stores a checksum: data followed by its own plain checksum would have the same
// checksum whatever it is.
uint32_t MaskedCrc(absl::string_view bytes) {
  const uint32_t crc = ExtendCrc32c(0, bytes.data(), static_cast<int64_t>(bytes.size()));
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

std::string Record(absl::string_view data) {
  std::string record;
  AppendRaw<uint64_t>(data.size(), &record);
  AppendRaw(MaskedCrc(record), &record);
  record.append(data.data(), data.size());
  AppendRaw(MaskedCrc(data), &record);
  return record;
}

std::optional<float> AsScalar(const MetricValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<float>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return static_cast<float>(*number);
  return std::nullopt;
}

std::string HostName() {
  char name[256] = "localhost";
  if (gethostname(name, sizeof(name) - 1) != 0) return "localhost";
  return name;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventFile>> EventFile::Create(const std::string& folder,
                                                             int64_t resume_step,
                                                             std::function<absl::Time()> clock) {
  // TensorBoard reads the files of a folder in the order of their names.
  const std::string path =
      absl::StrFormat("%s/events.out.tfevents.%010d.%s.%d", folder, absl::ToUnixSeconds(clock()),
                      HostName(), static_cast<int>(getpid()));
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write '", path, "'"));
  auto file = absl::WrapUnique(new EventFile(path, fd, std::move(clock)));
  std::string version;
  AppendBytes(kEventFileVersion, "brain.Event:2", &version);
  MNEME_RETURN_IF_ERROR(file->Append(0, version));
  if (resume_step > 0) {
    std::string start, event;
    AppendInteger(kSessionLogStatus, kSessionLogStart, &start);
    AppendBytes(kEventSessionLog, start, &event);
    MNEME_RETURN_IF_ERROR(file->Append(resume_step + 1, event));
  }
  return file;
}

EventFile::~EventFile() { close(fd_); }

absl::Status EventFile::Write(int64_t global_step, const Metrics& metrics) {
  std::string summary, event;
  for (const auto& [tag, metric] : metrics) {
    const std::optional<float> scalar = AsScalar(metric);
    if (!scalar) continue;
    std::string value;
    AppendBytes(kValueTag, tag, &value);
    AppendKey(kValueSimple, kFixed32, &value);
    AppendRaw(*scalar, &value);
    AppendBytes(kSummaryValue, value, &summary);
  }
  AppendBytes(kEventSummary, summary, &event);
  return Append(global_step, event);
}

absl::Status EventFile::Append(int64_t step, absl::string_view what) {
  std::string event;
  AppendKey(kEventWallTime, kFixed64, &event);
  AppendRaw(static_cast<double>(absl::ToUnixMicros(clock_())) * 1e-6, &event);
  AppendInteger(kEventStep, step, &event);
  absl::StrAppend(&event, what);
  return AppendWhole(fd_, path_, Record(event));
}

}  // namespace mneme
