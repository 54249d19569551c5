// Asking a running program to save and stop.

#ifndef MNEME_APPS_PROGRESS_STOP_SIGNALS_H_
#define MNEME_APPS_PROGRESS_STOP_SIGNALS_H_

namespace mneme {

// From now on SIGINT (Ctrl-C), SIGTERM and SIGUSR2 only set a flag, for the program to look at
// when it can stop. Ctrl-C once the flag is set ends the process at once, with exit code 130.
//
// Besides, SIGPIPE and SIGXFSZ are ignored: a closed pipe or a file-size limit is then an error of
// the write, and no sudden end. Call it once, early in main.
void InstallStopSignals();

// The signal that came first, 0 if none did. Cheap, and callable from any thread.
int StopSignal();

// "Ctrl-C", "SIGTERM" or "SIGUSR2".
const char* StopSignalName(int signal);

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_STOP_SIGNALS_H_
