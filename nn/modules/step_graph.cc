#include "nn/modules/step_graph.h"

namespace mneme::nn {

Tensor StepGraph::Run(const Shape& shape, const std::function<Tensor()>& step) {
  constexpr int64_t kRepetitions = 4;  // recording costs about as much as so many steps
  repetitions_ = shape == shape_ ? repetitions_ + 1 : 1;
  if (repetitions_ == 1) {
    result_ = Tensor();
    graph_ = nullptr;
    shape_ = shape;
  }
  if (device_.is_cpu() || repetitions_ < kRepetitions) return step();
  if (graph_ == nullptr) {
    graph_ = std::make_unique<Graph>(device_);
    graph_->Record([&] { result_ = step(); });
  }
  graph_->Run();
  return result_;
}

}  // namespace mneme::nn
