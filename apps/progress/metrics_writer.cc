#include "apps/progress/metrics_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "apps/progress/write_text.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;

bool BelongsTo(absl::string_view line, int64_t resume_step) {
  const Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return false;
  const auto step = json.find("global_step");
  return step == json.end() || !step->is_number() || step->get<double>() <= resume_step;
}

std::string KeptLines(absl::string_view contents, int64_t resume_step) {
  std::string kept;
  for (size_t begin = 0; begin < contents.size();) {
    const size_t end = contents.find('\n', begin);
    if (end == absl::string_view::npos) break;  // written in part
    const absl::string_view line = contents.substr(begin, end - begin);
    if (BelongsTo(line, resume_step)) absl::StrAppend(&kept, line, "\n");
    begin = end + 1;
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsWriter>> MetricsWriter::Open(
    const std::string& path, int64_t resume_step, std::function<absl::Time()> clock) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write '", path, "'"));
  auto writer = absl::WrapUnique(new MetricsWriter(path, fd, std::move(clock)));
  MNEME_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  const std::string kept = KeptLines(contents, resume_step);
  if (kept == contents) return writer;
  MNEME_RETURN_IF_ERROR(WriteFileAtomically(path, kept));
  return Open(path, resume_step, writer->clock_);  // the new file
}

MetricsWriter::~MetricsWriter() { close(fd_); }

absl::Status MetricsWriter::Write(int64_t global_step, const Metrics& metrics) {
  Json json = {{"global_step", global_step}};
  for (const auto& [key, value] : metrics) {
    std::visit([&json, &key = key](const auto& v) { json[key] = v; }, value);
  }
  json["created_at"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6S+00:00", clock_(), absl::UTCTimeZone());
  return AppendWhole(fd_, path_, JsonText(json) + "\n");
}

}  // namespace mneme
