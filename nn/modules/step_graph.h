// Decoding steps that differ in nothing but the numbers in their tensors.

#ifndef MNEME_NN_MODULES_STEP_GRAPH_H_
#define MNEME_NN_MODULES_STEP_GRAPH_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/core/graph.h"
#include "runtime/core/tensor.h"

namespace mneme::nn {

// Launches a step as it comes, until the same shape has come often enough to be worth recording;
// then runs the recording. On the CPU steps are launched as they come.
class StepGraph {
 public:
  explicit StepGraph(Device device) : device_(device) {}

  // What `step` returns; overwritten by the next call. Steps of one shape are the same work on the
  // same tensors; see Graph::Record.
  struct Shape {
    int64_t tokens = 0, end_position = 0;
    bool greedily = false;  // gives tokens instead of logits
    bool operator==(const Shape&) const = default;
  };
  Tensor Run(const Shape& shape, const std::function<Tensor()>& step);

 private:
  const Device device_;
  Shape shape_;
  int64_t repetitions_ = 0;  // of shape_
  std::unique_ptr<Graph> graph_;
  Tensor result_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_STEP_GRAPH_H_
