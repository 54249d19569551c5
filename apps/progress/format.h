// Numbers as people read them. Everything is ASCII and short enough for a status line.

#ifndef MNEME_APPS_PROGRESS_FORMAT_H_
#define MNEME_APPS_PROGRESS_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace mneme {

// Three digits and a power of 1000: "0", "7.5", "950", "3.1k", "18.4k", "2.05M", "128M", "4.3G".
// A trailing zero after the point goes: "1M". Not finite: "nan", "inf", "-inf".
std::string ShortCount(double count);

// The same with powers of 1024: "0 B", "812 B", "1.5 KiB", "64 MiB", "4 GiB".
std::string ShortBytes(double bytes);

// The two largest units: "0s", "42s", "1m12s", "2h05m", "3d04h". Rounded to the smaller of them;
// less than zero counts as zero, and what is endless is "?".
std::string ShortDuration(absl::Duration duration);

// Two digits: "2.9e-03", "0" for zero.
std::string ShortRate(double learning_rate);

// A bar of `width` characters, brackets included: "[====>     ]". fraction is cut to [0, 1].
std::string BarText(double fraction, int width);

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_FORMAT_H_
