#include "apps/progress/format.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mneme {
namespace {

// Three significant digits of a number below 1000 (after rounding too), without zeros at the end.
std::string ThreeDigits(double value) {
  const double size = std::abs(value);
  const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  std::string text = absl::StrFormat("%.*f", decimals, value);
  if (decimals > 0) {
    while (absl::EndsWith(text, "0")) text.pop_back();
    if (absl::EndsWith(text, ".")) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

template <size_t n>
std::string Scaled(double value, double step, const std::array<const char*, n>& units) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  size_t unit = 0;
  for (; unit + 1 < n && std::abs(value) >= 999.5; ++unit) value /= step;
  return absl::StrCat(ThreeDigits(value), units[unit]);
}

}  // namespace

std::string ShortCount(double count) { return Scaled<5>(count, 1000, {"", "k", "M", "G", "T"}); }

std::string ShortBytes(double bytes) {
  return Scaled<5>(bytes, 1024, {" B", " KiB", " MiB", " GiB", " TiB"});
}

std::string ShortDuration(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "?";
  const int64_t s =
      absl::ToInt64Seconds(std::max(absl::ZeroDuration(), duration) + absl::Milliseconds(500));
  const int64_t m = (s + 30) / 60;
  const int64_t h = (s + 1800) / 3600;
  if (s < 60) return absl::StrFormat("%ds", s);
  if (s < 3600) return absl::StrFormat("%dm%02ds", s / 60, s % 60);
  if (m < 24 * 60) return absl::StrFormat("%dh%02dm", m / 60, m % 60);
  return absl::StrFormat("%dd%02dh", h / 24, h % 24);
}

std::string ShortRate(double learning_rate) {
  return learning_rate == 0 ? "0" : absl::StrFormat("%.1e", learning_rate);
}

std::string BarText(double fraction, int width) {
  const int inner = std::max(0, width - 2);
  const double cut = std::isnan(fraction) ? 0 : std::clamp(fraction, 0.0, 1.0);
  const int filled = static_cast<int>(cut * inner);
  std::string bar = absl::StrCat("[", std::string(filled, '='));
  if (filled < inner) absl::StrAppend(&bar, ">", std::string(inner - filled - 1, ' '));
  return absl::StrCat(bar, "]");
}

}  // namespace mneme
