// Warnings of the libraries below, such as those of the data, in train.log too.

#ifndef MNEME_APPS_PROGRESS_LOG_WARNINGS_H_
#define MNEME_APPS_PROGRESS_LOG_WARNINGS_H_

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "apps/progress/screen.h"
#include "glog/logging.h"

namespace mneme {

// While it lives, what LOG(WARNING) and worse write to standard error goes to the screen's log as
// well.
class LogWarnings : public google::LogSink {
 public:
  // `screen` is borrowed.
  explicit LogWarnings(Screen* screen) : screen_(screen) { google::AddLogSink(this); }
  ~LogWarnings() override { google::RemoveLogSink(this); }
  LogWarnings(const LogWarnings&) = delete;
  LogWarnings& operator=(const LogWarnings&) = delete;

  void send(google::LogSeverity severity, const char* /*full_filename*/,
            const char* /*base_filename*/, int /*line*/, const google::LogMessageTime& /*time*/,
            const char* message, size_t length) override {
    if (severity < google::GLOG_WARNING) return;
    screen_->Log(absl::StrCat("warning: ", absl::string_view(message, length)));
  }

 private:
  Screen* const screen_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_LOG_WARNINGS_H_
