#include "data/corpus/document_hash.h"

#include <cstring>

namespace mneme {
namespace {

// Odd, and without pattern in its bits: 2^64 divided by the golden ratio.
constexpr uint64_t kGolden = 0x9E3779B97F4A7C15u;

// Both halves of a 128-bit product, so that every input bit reaches every output bit.
uint64_t Mix(uint64_t x) {
  const auto product = static_cast<unsigned __int128>(x ^ kGolden) * 0xD6E8FEB86659FD93u;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

uint64_t Hash(uint64_t hash, const char* bytes, int64_t size) {
  hash = Mix(hash + static_cast<uint64_t>(size));
  for (; size >= 8; size -= 8, bytes += 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    hash = Mix(hash ^ word);
  }
  uint64_t last = 0;
  std::memcpy(&last, bytes, size);
  return Mix(Mix(hash ^ last));
}

}  // namespace

uint64_t HashBytes(absl::string_view bytes) { return Hash(0, bytes.data(), bytes.size()); }

uint64_t HashTokens(uint64_t hash, absl::Span<const int32_t> tokens) {
  return Hash(hash, reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof(int32_t));
}

}  // namespace mneme
