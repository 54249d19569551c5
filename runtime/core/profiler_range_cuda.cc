#include <nvtx3/nvToolsExt.h>

#include <cstdio>
#include <vector>

#include "runtime/core/profiler_range.h"

namespace mneme::cuda {
namespace {

thread_local std::vector<const char*> open_ranges;

}  // namespace

void PushRange(const char* name) {
  open_ranges.push_back(name);
  nvtxRangePushA(name);
}

void PopRange() {
  nvtxRangePop();
  open_ranges.pop_back();
}

void DescribeRanges(char* text, int size) {
  int length = 0;
  text[0] = '\0';
  for (const char* name : open_ranges) {
    const char* arrow = length == 0 ? "" : " > ";
    if (length < size) length += std::snprintf(text + length, size - length, "%s%s", arrow, name);
  }
}

}  // namespace mneme::cuda
