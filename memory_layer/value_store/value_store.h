// A table of values: millions of rows, of which a step picks a few.
//
// A store is no Parameter: it is owned once and borrowed by the layers that share it, its gradients
// come as rows, and its own optimizer updates the rows that were picked. Where the rows lie (memory
// of the host, of the GPU) is the store's affair; layers see the rows it stages for them.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_VALUE_STORE_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_VALUE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory_layer/picks/picks.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/sparse_adam/sparse_adam.h"
#include "runtime/core/tensor.h"
#include "runtime/random/philox.h"

namespace mneme {

// Rows where an op can read them: pick `place` of the plan is rows[index[place]].
struct StagedRows {
  Tensor rows;   // [any, dim], the store's dtype
  Tensor index;  // i64 [T * P]
};

// A piece of a store's state under the name that a checkpoint gives it.
struct StoreTensor {
  std::string name;
  Tensor tensor;  // [n_rows, dim], a view of the store's own: in host memory or on device()
};

class ValueStore {
 public:
  virtual ~ValueStore() = default;

  virtual const std::string& name() const = 0;  // "layers.4.feed_forward.values.weight"
  virtual int64_t n_rows() const = 0;
  virtual int64_t dim() const = 0;
  virtual Device device() const = 0;  // of the ops that read staged rows

  // Rows begin ... end - 1 become normal with standard deviation dim^-1/2. What they hold depends
  // on the seed, the store's name and the row alone.
  virtual void InitialiseRows(uint64_t seed, int64_t begin, int64_t end) = 0;
  void Initialise(uint64_t seed) { InitialiseRows(seed, 0, n_rows()); }

  // The plan's rows. They stay as they are until Update, so an op may keep them for its backward
  // pass. Waits until the rows of the last Update have been written, where others write them.
  virtual StagedRows Stage(const PickPlan& plan) = 0;

  // The same for an op that has no backward pass. Where the picks are kFewPicks or fewer, as in
  // decoding, the rows stay where they lie, and the op reads those it needs there, which are the
  // picked ones alone: nothing waits for the GPU, and nothing is sorted.
  static constexpr int64_t kFewPicks = 1 << 12;
  virtual StagedRows ReadInPlace(const PickPlan& plan) { return Stage(plan); }

  // Takes the gradients of one use of the rows: row_grads f32 [max_unique, dim] belongs to the
  // plan's sorted unique rows. Several a step, from layers that share the table or from
  // micro-batches, are added up in the order in which they come.
  virtual void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) = 0;

  // The step's summed gradient; nothing (rows undefined) if no row was picked.
  virtual RowGradients SummedGradient() = 0;

  // total += the sum of squares of the step's summed gradient. total: f32, one element, on
  // device().
  void AddSquaredGradientNorm(const Tensor& total);

  // One step of lazy sparse Adam on the rows picked since the last one, and on no other; see
  // SparseAdam. Drops the gradients. On a GPU it starts here, and is done by the time anyone can
  // see the difference.
  virtual void Update(const SparseAdamArgs& args) = 0;

  // Drops the gradients.
  virtual void ClearGradients() = 0;

  // Rows that the last Update touched. On a GPU this waits for the backward pass: for log lines,
  // not for every step.
  virtual int64_t LastTouchedRows() const = 0;

  // How long Stage and ReadInPlace have kept the host waiting for updates so far.
  virtual double WaitedSeconds() const { return 0.0; }

  // Bytes that have crossed a link to the host so far: rows that were read for the steps, their ids
  // and their summed gradients. Of the last Update only once LastTouchedRows knows of it.
  virtual int64_t LinkBytes() const { return 0; }

  // How rows come to the device, for a log line; empty if there is nothing to say yet.
  virtual std::string DescribeReads() const { return ""; }

  // What a checkpoint holds: values and moments, as the last Update left them; the next Update
  // changes them. To restore a store, write into these tensors, then call FinishRestore.
  virtual std::vector<StoreTensor> State() = 0;
  virtual void FinishRestore() = 0;
};

// What Initialise draws: the standard deviation and the key of a store's rows.
float ValueStd(int64_t dim);
PhiloxKey ValueKey(uint64_t seed, const std::string& name);

// row_grads as AddGradient takes them, with the rows that they belong to; checks the shapes.
RowGradients GradientOfPicks(const ValueStore& store, const PickPlan& plan, Tensor row_grads);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_VALUE_STORE_H_
