#include "apps/config/scalar.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace mneme {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Without a leading + and the underscores between digits; nullopt where one stands elsewhere.
std::optional<std::string> Digits(absl::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !(IsDigit(text[0]) || text[0] == '.')) return std::nullopt;
  }
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits.push_back(text[i]);
    } else if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1]) || !IsDigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return digits;
}

}  // namespace

std::optional<int64_t> ReadInteger(absl::string_view text) {
  const std::optional<std::string> digits = Digits(text);
  if (!digits) return std::nullopt;
  const size_t first = digits->starts_with('-') ? 1 : 0;
  if (digits->size() > first + 1 && (*digits)[first] == '0' && IsDigit((*digits)[first + 1])) {
    return std::nullopt;
  }
  int64_t value = 0;
  if (absl::SimpleAtoi(*digits, &value)) return value;
  const std::optional<double> number = ReadNumber(text);
  constexpr double kExactBelow = 9007199254740992.0;  // 2^53
  if (!number || std::trunc(*number) != *number || std::abs(*number) > kExactBelow) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*number);
}

std::optional<double> ReadNumber(absl::string_view text) {
  const std::optional<std::string> digits = Digits(text);
  if (!digits) return std::nullopt;
  const char* const end = digits->data() + digits->size();
  double value = 0.0;
  const auto [stop, error] = std::from_chars(digits->data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> ReadBool(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "0") return false;
  return std::nullopt;
}

std::string NumberText(double value) {
  // Either format is the shortest of its kind; people prefer 500000.0 to 5.0e+05.
  const double size = std::abs(value);
  const bool is_handy = size == 0.0 || (size >= 1e-4 && size < 1e9);
  const auto format = is_handy ? std::chars_format::fixed : std::chars_format::scientific;
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value, format);
  std::string text(buffer, error == std::errc() ? end : buffer);
  if (text.find('.') == std::string::npos && std::isfinite(value)) {
    const size_t exponent = text.find('e');
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  }
  return text;
}

}  // namespace mneme
