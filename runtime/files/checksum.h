// CRC-32C: the checksum of iSCSI, ext4 and RocksDB (RFC 3720, section 12.1; polynomial of
// Castagnoli). It has an instruction on x86 and finds every burst of errors up to 32 bits; it is
// no protection against intent.

#ifndef MNEME_RUNTIME_FILES_CHECKSUM_H_
#define MNEME_RUNTIME_FILES_CHECKSUM_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace mneme {

// The checksum of some bytes followed by `data`, given the checksum of those bytes (0 if there
// are none). Large data is split over the threads of the pool.
uint32_t ExtendCrc32c(uint32_t crc, const void* data, int64_t bytes);

// The checksum of two pieces one after the other, given that of each and the length of the second.
uint32_t CombineCrc32c(uint32_t first_crc, uint32_t second_crc, int64_t second_bytes);

// The checksum of a file, read in pieces by all threads of the pool.
absl::StatusOr<uint32_t> FileCrc32c(const std::string& path);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_CHECKSUM_H_
