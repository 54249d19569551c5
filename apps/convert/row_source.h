// A tensor of floating-point numbers in mapped files, written elsewhere in another dtype or with
// its rows in another order, piece by piece.

#ifndef MNEME_APPS_CONVERT_ROW_SOURCE_H_
#define MNEME_APPS_CONVERT_ROW_SOURCE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/core/tensor.h"
#include "runtime/files/safetensors_writer.h"

namespace mneme {

struct RowSource {
  struct Piece {
    const char* data;  // unaligned; outlives what is made of the source
    int64_t bytes;
  };

  DType dtype;  // f32, bf16 or f16
  Shape shape;
  std::vector<Piece> pieces;  // consecutive rows, row-major
};

// Where row i of what is written is in the source; null: at i.
using RowOrder = std::function<int64_t(int64_t row)>;

// The tensor as an item to write, in `dtype` (f32, bf16 or f16). Where nothing changes and there is
// one piece, the item is the mapped memory itself.
SafetensorsItem ConvertedItem(const std::string& name, const RowSource& source, DType dtype,
                              RowOrder order);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_ROW_SOURCE_H_
