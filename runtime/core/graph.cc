#include "runtime/core/graph.h"

#include "glog/logging.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace cpu {

void* RecordGraph(const std::function<void()>& work) {
  work();
  return nullptr;
}

}  // namespace cpu

Graph::~Graph() {
  if (native_ != nullptr) MNEME_CALL(device_, DestroyGraph, native_);
}

void Graph::Record(const std::function<void()>& work) {
  CHECK(native_ == nullptr) << "a graph is recorded once";
  native_ = MNEME_CALL(device_, RecordGraph, work);
}

void Graph::Run() {
  CHECK(native_ != nullptr) << "a graph that was not recorded";
  MNEME_CALL(device_, RunGraph, native_);
}

}  // namespace mneme
