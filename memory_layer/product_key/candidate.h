// What a search ranks, on every device: free of dependencies.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_CANDIDATE_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_CANDIDATE_H_

#include <cstdint>

#include "runtime/core/float16.h"
#include "runtime/core/host_device.h"

namespace mneme {

// A score and what it belongs to in one word: the larger word has the larger score or, among equal
// scores, the smaller id. +0 equals -0. NaN ranks above all numbers, so that it is seen. No
// candidate is 0.
MNEME_HOST_DEVICE inline uint64_t Candidate(float score, uint32_t id) {
  const uint32_t bits = FloatBits(score + 0.0f);
  const uint32_t ordered = bits >> 31 ? ~bits : bits | 0x80000000u;
  return uint64_t{score != score ? 0xFFFFFFFFu : ordered} << 32 | (0xFFFFFFFFu - id);
}

MNEME_HOST_DEVICE inline float CandidateScore(uint64_t candidate) {
  const uint32_t ordered = static_cast<uint32_t>(candidate >> 32);
  return FloatFromBits(ordered >> 31 ? ordered & 0x7FFFFFFFu : ~ordered);
}

MNEME_HOST_DEVICE inline uint32_t CandidateId(uint64_t candidate) {
  return 0xFFFFFFFFu - static_cast<uint32_t>(candidate);
}

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_CANDIDATE_H_
