// Early return for absl::Status and absl::StatusOr.

#ifndef MNEME_RUNTIME_CORE_STATUS_H_
#define MNEME_RUNTIME_CORE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function if `expr`, an absl::Status, is not OK.
#define MNEME_RETURN_IF_ERROR(expr)              \
  do {                                           \
    absl::Status mneme_status = (expr);          \
    if (!mneme_status.ok()) return mneme_status; \
  } while (false)

// Evaluates `expr`, an absl::StatusOr<T>; returns its status, or moves its value into `lhs`.
#define MNEME_ASSIGN_OR_RETURN(lhs, expr) \
  MNEME_ASSIGN_OR_RETURN_IMPL_(MNEME_CONCAT_(mneme_status_or_, __LINE__), lhs, expr)

#define MNEME_ASSIGN_OR_RETURN_IMPL_(status_or, lhs, expr)   \
  auto status_or = (expr);                                   \
  if (!status_or.ok()) return std::move(status_or).status(); \
  lhs = *std::move(status_or)

#define MNEME_CONCAT_(a, b) MNEME_CONCAT_INNER_(a, b)
#define MNEME_CONCAT_INNER_(a, b) a##b

#endif  // MNEME_RUNTIME_CORE_STATUS_H_
