// Numbers and booleans as people write them in YAML, and back.

#ifndef MNEME_APPS_CONFIG_SCALAR_H_
#define MNEME_APPS_CONFIG_SCALAR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// Decimal, with _ between digits (128_000) and whole numbers in floating-point notation (1e5,
// 64.0) allowed. A leading zero (010) is not: YAML 1.1 and 1.2 disagree on what it means.
std::optional<int64_t> ReadInteger(absl::string_view text);

// Finite; 1e-4, .5, 5., 1_000.0 and integers. Rounded to the nearest double.
std::optional<double> ReadNumber(absl::string_view text);

// true, yes, on, 1, and false, no, off, 0, in any case.
std::optional<bool> ReadBool(absl::string_view text);

// A short text that ReadNumber reads as the same double, with a decimal point, so that YAML 1.1
// readers take it for a number too: 1.0e-05, 500000.0.
std::string NumberText(double value);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_SCALAR_H_
