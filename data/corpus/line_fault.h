// Why a line of a corpus cannot be used.

#ifndef MNEME_DATA_CORPUS_LINE_FAULT_H_
#define MNEME_DATA_CORPUS_LINE_FAULT_H_

#include <cstdint>

namespace mneme {

// A document is in memory whole: a longer line of jsonl is a fault, not a document.
constexpr int64_t kMaxLineBytes = int64_t{64} << 20;

enum class LineFault {
  kNone,
  kInvalidUtf8,
  kBrokenJson,
  kNoText,
  kTooLong,
};

// As the end of a sentence, after file:line.
inline const char* FaultText(LineFault fault) {
  switch (fault) {
    case LineFault::kNone:
      return "no fault";
    case LineFault::kInvalidUtf8:
      return "invalid UTF-8";
    case LineFault::kBrokenJson:
      return "broken JSON";
    case LineFault::kNoText:
      return "no string under \"text\" or \"content\"";
    case LineFault::kTooLong:
      return "longer than 64 MiB";
  }
  return "unknown fault";
}

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_LINE_FAULT_H_
