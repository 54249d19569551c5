// Division of sizes that rounds up.

#ifndef MNEME_RUNTIME_CORE_CEIL_DIV_H_
#define MNEME_RUNTIME_CORE_CEIL_DIV_H_

#include <type_traits>

namespace mneme {

// The least n with n b >= a, for a >= 0 and b > 0.
template <typename A, typename B>
constexpr std::common_type_t<A, B> CeilDiv(A a, B b) {
  return (a + b - 1) / b;
}

// The least multiple of b that is a or more.
template <typename A, typename B>
constexpr std::common_type_t<A, B> RoundUp(A a, B b) {
  return CeilDiv(a, b) * b;
}

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_CEIL_DIV_H_
