#include "apps/config/program.h"

#include <cstdio>
#include <string>

#include "glog/logging.h"

namespace mneme {

void StartProgram(const char* argv0) {
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(argv0);
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int PrintHelp(absl::string_view help) {
  const bool written = std::fwrite(help.data(), 1, help.size(), stdout) == help.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace mneme
