#include "apps/progress/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace mneme {
namespace {

std::atomic<int> stop_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);  // or a handler could not touch it

void OnStopSignal(int signal) {
  int none = 0;
  if (!stop_signal.compare_exchange_strong(none, signal) && signal == SIGINT) _exit(130);
}

void Install(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // reads and writes under way go on
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void InstallStopSignals() {
  for (int signal : {SIGINT, SIGTERM, SIGUSR2}) Install(signal, OnStopSignal);
  for (int signal : {SIGPIPE, SIGXFSZ}) Install(signal, SIG_IGN);
}

int StopSignal() { return stop_signal.load(std::memory_order_relaxed); }

const char* StopSignalName(int signal) {
  switch (signal) {
    case SIGINT:
      return "Ctrl-C";
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR2:
      return "SIGUSR2";
  }
  return "no signal";
}

}  // namespace mneme
