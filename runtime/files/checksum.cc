#include "runtime/files/checksum.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

#include "runtime/core/ceil_div.h"
#include "runtime/core/status.h"
#include "runtime/files/posix_io.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr int64_t kMemoryChunkBytes = 1 << 20;  // some 150 us of work
constexpr int64_t kFileChunkBytes = 1 << 24;
constexpr int64_t kReadBytes = 1 << 18;

// The polynomial over GF(2) with its bits reversed: bit 31 is the coefficient of x^0.
constexpr uint32_t kPolynomial = 0x82F63B78;

constexpr uint32_t TimesX(uint32_t a) { return (a >> 1) ^ (a & 1 ? kPolynomial : 0); }

#ifdef __SSE4_2__

// `state` is the register of the checksum, before the final complement.
uint32_t UpdateState(uint32_t state, const char* data, int64_t bytes) {
  uint64_t wide = state;
  for (; bytes >= 8; data += 8, bytes -= 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  state = static_cast<uint32_t>(wide);
  for (; bytes > 0; ++data, --bytes) state = _mm_crc32_u8(state, static_cast<uint8_t>(*data));
  return state;
}

#else

constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    table[byte] = byte;
    for (int bit = 0; bit < 8; ++bit) table[byte] = TimesX(table[byte]);
  }
  return table;
}();

uint32_t UpdateState(uint32_t state, const char* data, int64_t bytes) {
  for (; bytes > 0; ++data, --bytes) {
    state = (state >> 8) ^ kTable[(state ^ static_cast<uint8_t>(*data)) & 255];
  }
  return state;
}

#endif

// The product of two polynomials modulo that of the checksum.
uint32_t Multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (int power = 0; power < 32; ++power) {
    if (a >> (31 - power) & 1) product ^= b;
    b = TimesX(b);
  }
  return product;
}

// x^(8 * bytes): what `bytes` zero bytes after a message multiply its checksum by.
uint32_t ShiftFactor(int64_t bytes) {
  uint32_t factor = uint32_t{1} << 31;        // x^0
  uint32_t square = uint32_t{1} << (31 - 8);  // x^8
  for (; bytes > 0; bytes >>= 1) {
    if (bytes & 1) factor = Multiply(factor, square);
    square = Multiply(square, square);
  }
  return factor;
}

// Adds the checksums of consecutive pieces of `piece_bytes` (the last may be shorter) to `crc`.
uint32_t CombinePieces(uint32_t crc, const std::vector<uint32_t>& crcs, int64_t piece_bytes,
                       int64_t total_bytes) {
  const uint32_t factor = ShiftFactor(piece_bytes);
  for (size_t i = 0; i + 1 < crcs.size(); ++i) crc = Multiply(factor, crc) ^ crcs[i];
  const int64_t last_bytes = total_bytes - (static_cast<int64_t>(crcs.size()) - 1) * piece_bytes;
  return CombineCrc32c(crc, crcs.back(), last_bytes);
}

}  // namespace

uint32_t ExtendCrc32c(uint32_t crc, const void* data, int64_t bytes) {
  const char* begin_of_data = static_cast<const char*>(data);
  if (bytes <= kMemoryChunkBytes) return ~UpdateState(~crc, begin_of_data, bytes);
  std::vector<uint32_t> crcs(CeilDiv(bytes, kMemoryChunkBytes));
  ParallelFor(bytes, kMemoryChunkBytes, [&](int64_t begin, int64_t end) {
    crcs[begin / kMemoryChunkBytes] = ~UpdateState(~0u, begin_of_data + begin, end - begin);
  });
  return CombinePieces(crc, crcs, kMemoryChunkBytes, bytes);
}

uint32_t CombineCrc32c(uint32_t first_crc, uint32_t second_crc, int64_t second_bytes) {
  return Multiply(ShiftFactor(second_bytes), first_crc) ^ second_crc;
}

absl::StatusOr<uint32_t> FileCrc32c(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const OpenedFile file, OpenRegularFile(path));
  if (file.bytes == 0) return 0u;
  const int64_t num_chunks = CeilDiv(file.bytes, kFileChunkBytes);
  std::vector<uint32_t> crcs(num_chunks);
  std::vector<absl::Status> statuses(num_chunks);
  ParallelFor(file.bytes, kFileChunkBytes, [&](int64_t begin, int64_t end) {
    const int64_t chunk = begin / kFileChunkBytes;
    const std::unique_ptr<char[]> buffer(new char[kReadBytes]);
    for (int64_t offset = begin; offset < end && statuses[chunk].ok(); offset += kReadBytes) {
      const int64_t bytes = std::min(kReadBytes, end - offset);
      statuses[chunk] = ReadAllAt(file.fd, path, offset, buffer.get(), bytes);
      if (statuses[chunk].ok()) crcs[chunk] = ~UpdateState(~crcs[chunk], buffer.get(), bytes);
    }
  });
  for (const absl::Status& status : statuses) MNEME_RETURN_IF_ERROR(status);
  return CombinePieces(0, crcs, kFileChunkBytes, file.bytes);
}

}  // namespace mneme
