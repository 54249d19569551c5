// Names of what the program is doing, for profilers: Nsight Systems shows the NVTX ranges of a
// thread above its kernels. Without a profiler a range costs some nanoseconds, and in a CPU build
// nothing. Free of dependencies.

#ifndef MNEME_RUNTIME_CORE_PROFILER_RANGE_H_
#define MNEME_RUNTIME_CORE_PROFILER_RANGE_H_

namespace mneme {

namespace cuda {
void PushRange(const char* name);
void PopRange();
// The names of this thread's open ranges, outermost first: "backward > Linear > Gemm". Writes at
// most `size` bytes, a final zero included.
void DescribeRanges(char* text, int size);
}  // namespace cuda

// What this thread does until the end of the scope. Ranges nest.
class ProfilerRange {
 public:
#if MNEME_CUDA
  // `name` is a literal: it must outlive the range.
  explicit ProfilerRange(const char* name) { cuda::PushRange(name); }
  ~ProfilerRange() { cuda::PopRange(); }
#else
  explicit ProfilerRange(const char*) {}
#endif
  ProfilerRange(const ProfilerRange&) = delete;
  ProfilerRange& operator=(const ProfilerRange&) = delete;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_PROFILER_RANGE_H_
