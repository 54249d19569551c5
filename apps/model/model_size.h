// How large a model is, before it is made.

#ifndef MNEME_APPS_MODEL_MODEL_SIZE_H_
#define MNEME_APPS_MODEL_MODEL_SIZE_H_

#include <cstdint>

#include "memory_layer/memory_config.h"
#include "nn/model_config.h"
#include "runtime/core/device.h"
#include "runtime/core/dtype.h"

namespace mneme {

// Elements of all parameters, value tables apart. model.vocab_size must be set.
int64_t NumDenseParameters(const ModelConfig& model, const MemoryConfig& memory);

struct ActivationBytes {
  int64_t kept = 0;    // by the tape, from the forward pass to the backward pass
  int64_t beside = 0;  // what the backward pass needs besides: gradients of logits and of rows
};

// Of one pass over batch_size sequences. An estimate: what the nodes of the tape name, which is
// nearly all there is.
ActivationBytes EstimateActivations(const ModelConfig& model, const MemoryConfig& memory,
                                    int64_t batch_size, int64_t seq_len, Device device,
                                    DType dtype);

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_MODEL_SIZE_H_
