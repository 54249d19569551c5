#include "apps/convert/row_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/core/float16.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kChunkElements = 1 << 20;

template <class T>
float ReadAs(const char* from) {
  T x;
  std::memcpy(&x, from, sizeof(T));
  return static_cast<float>(x);
}

template <class From, class To>
void ConvertTo(const char* from, int64_t count, char* to) {
  for (int64_t i = 0; i < count; ++i) {
    const To x = static_cast<To>(ReadAs<From>(from + i * sizeof(From)));
    std::memcpy(to + i * sizeof(To), &x, sizeof(To));
  }
}

template <class From>
void ConvertFrom(const char* from, int64_t count, DType dtype, char* to) {
  switch (dtype) {
    case DType::kBF16:
      return ConvertTo<From, bf16>(from, count, to);
    case DType::kF16:
      return ConvertTo<From, f16>(from, count, to);
    default:
      return ConvertTo<From, float>(from, count, to);
  }
}

void Convert(const char* from, DType from_dtype, int64_t count, DType dtype, char* to) {
  if (from_dtype == dtype) {
    std::memcpy(to, from, count * DTypeBytes(dtype));
  } else if (from_dtype == DType::kBF16) {
    ConvertFrom<bf16>(from, count, dtype, to);
  } else if (from_dtype == DType::kF16) {
    ConvertFrom<f16>(from, count, dtype, to);
  } else {
    ConvertFrom<float>(from, count, dtype, to);
  }
}

const char* FindRow(const RowSource& source, int64_t offset_bytes) {
  for (const RowSource::Piece& piece : source.pieces) {
    if (offset_bytes < piece.bytes) return piece.data + offset_bytes;
    offset_bytes -= piece.bytes;
  }
  LOG(FATAL) << "a row outside its tensor";
  return nullptr;
}

absl::Status Produce(const RowSource& source, DType dtype, const RowOrder& order,
                     SafetensorsSink sink) {
  const int64_t n_rows = source.shape.empty() ? 1 : source.shape[0];
  if (NumElements(source.shape) == 0) return absl::OkStatus();
  const int64_t width = NumElements(source.shape) / n_rows;
  const int64_t chunk_rows = std::max<int64_t>(1, kChunkElements / width);
  std::vector<char> chunk;
  for (int64_t begin = 0; begin < n_rows; begin += chunk_rows) {
    const int64_t end = std::min(begin + chunk_rows, n_rows);
    const int64_t row_bytes = width * DTypeBytes(dtype);
    chunk.resize((end - begin) * row_bytes);
    for (int64_t row = begin; row < end; ++row) {
      const int64_t from = order ? order(row) : row;
      Convert(FindRow(source, from * width * DTypeBytes(source.dtype)), source.dtype, width, dtype,
              chunk.data() + (row - begin) * row_bytes);
    }
    MNEME_RETURN_IF_ERROR(sink(chunk.data(), static_cast<int64_t>(chunk.size())));
  }
  return absl::OkStatus();
}

}  // namespace

SafetensorsItem ConvertedItem(const std::string& name, const RowSource& source, DType dtype,
                              RowOrder order) {
  SafetensorsItem item = {.name = name, .dtype = dtype, .shape = source.shape};
  if (source.dtype == dtype && !order && source.pieces.size() == 1) {
    item.data = source.pieces[0].data;
  } else {
    item.produce = [source, dtype, order = std::move(order)](SafetensorsSink sink) {
      return Produce(source, dtype, order, sink);
    };
  }
  return item;
}

}  // namespace mneme
