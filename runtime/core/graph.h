// Work that is launched once and then run again and again: a GPU takes a hundred small kernels of a
// graph in the time in which the host launches a few. On the CPU there is nothing to save.

#ifndef MNEME_RUNTIME_CORE_GRAPH_H_
#define MNEME_RUNTIME_CORE_GRAPH_H_

#include <functional>

#include "runtime/core/device.h"

namespace mneme {

class Graph {
 public:
  explicit Graph(Device device) : device_(device) {}
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Calls `work`, and on a GPU keeps the kernels that it puts into the compute stream: twice they
  // are run, the third time only recorded. Tensors that `work` leaves behind then are the results
  // of Run, which has not been called yet. `work` reads and writes memory that stays where it is,
  // or that it allocates, which is the graph's as long as that lives; doing it again changes
  // nothing; and it waits for nothing. To be called once.
  void Record(const std::function<void()>& work);

  // Whether there is something to run: not on the CPU.
  bool is_recorded() const { return native_ != nullptr; }

  // Puts the recorded work into the compute stream.
  void Run();

 private:
  Device device_;
  void* native_ = nullptr;
};

// What a Graph is made of, by device.
namespace cpu {
void* RecordGraph(const std::function<void()>& work);
inline void RunGraph(void*) {}
inline void DestroyGraph(void*) {}
}  // namespace cpu

namespace cuda {
void* RecordGraph(const std::function<void()>& work);
void RunGraph(void* graph);
void DestroyGraph(void* graph);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_GRAPH_H_
