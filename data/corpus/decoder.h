// Decompression, a piece at a time.

#ifndef MNEME_DATA_CORPUS_DECODER_H_
#define MNEME_DATA_CORPUS_DECODER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace mneme {

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Decodes from the front of `in` to the front of `out` and removes from both what is done, until
  // either is empty or a frame ends; whoever has room left calls again. With an empty `in` it
  // still writes what it holds back. A file may be several frames (gzip: members), one behind the
  // other.
  // Errors: DataLoss, with the library's reason, for what is not of this format or is damaged.
  virtual absl::Status Decode(absl::Span<const char>* in, absl::Span<char>* out) = 0;

  // Whether a frame has begun and not ended: no place for a file to end.
  virtual bool in_frame() const = 0;
};

// RFC 1952, with zlib.
std::unique_ptr<Decoder> MakeGzipDecoder();

// RFC 8878, with any window up to 2 GiB (zstd --long=31).
std::unique_ptr<Decoder> MakeZstdDecoder();

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_DECODER_H_
