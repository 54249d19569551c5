// Loops over an index range on the threads of one process-wide pool.
//
// A range [0, count) is cut into chunks of exactly `grain` indices (the last may be shorter),
// whatever the number of threads. A body that writes only what belongs to its chunk therefore
// gives the same bits with one thread as with many; and begin / grain numbers the chunk.
//
// Free of dependencies, so that kernels may include it.

#ifndef MNEME_RUNTIME_PARALLEL_THREAD_POOL_H_
#define MNEME_RUNTIME_PARALLEL_THREAD_POOL_H_

#include <cstdint>

#include "runtime/parallel/function_ref.h"

namespace mneme {

// Calls body(begin, end) once for every chunk of [0, count), in no particular order, and returns
// when all are done; what the bodies wrote is then visible to the caller. count <= 0: no call.
//
// The caller works too. A call with one chunk, with one thread, or from inside a body runs on
// the calling thread alone, chunk by chunk. Calls from different threads take turns, so a body
// must not wait for another thread that may itself call ParallelFor. Bodies must not throw.
//
// A chunk should be worth 10 us of work or more; starting a loop on an idle pool costs a few us.
void ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t begin, int64_t end)> body);

// The sum of body(begin, end) over the chunks of [0, count), added up in the order of the chunks:
// the same bits with any number of threads. 0 if count <= 0.
double OrderedSum(int64_t count, int64_t grain,
                  FunctionRef<double(int64_t begin, int64_t end)> body);

// Threads that take part in a loop, the caller included; at least 1. Fewer than were asked for if
// the first loop found that the system does not let as many start.
int NumThreads();

// Takes effect with the next loop. 0, the default: one for each CPU this process may run on.
// Must not be called from inside a body.
void SetNumThreads(int num_threads);

}  // namespace mneme

#endif  // MNEME_RUNTIME_PARALLEL_THREAD_POOL_H_
