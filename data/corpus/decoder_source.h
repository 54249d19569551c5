// A compressed file's text as a stream.

#ifndef MNEME_DATA_CORPUS_DECODER_SOURCE_H_
#define MNEME_DATA_CORPUS_DECODER_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "data/corpus/byte_source.h"
#include "data/corpus/decoder.h"

namespace mneme {

class DecoderSource : public ByteSource {
 public:
  // `compressed` is at its first byte; `path` is for messages.
  DecoderSource(std::unique_ptr<ByteSource> compressed, std::unique_ptr<Decoder> decoder,
                std::string path);

  // Errors: DataLoss when the compressed bytes are damaged or end too early; those of `compressed`.
  absl::StatusOr<int64_t> Read(absl::Span<char> buffer) override;

  // Decodes `bytes` of text and drops them. Errors: DataLoss when there are fewer.
  absl::Status Skip(int64_t bytes);

 private:
  absl::Status Decode(absl::Span<char>* out);
  absl::Status Damaged(absl::string_view how) const;

  const std::unique_ptr<ByteSource> compressed_;
  const std::unique_ptr<Decoder> decoder_;
  const std::string path_;
  std::vector<char> input_;
  absl::Span<const char> unread_;  // of input_
  int64_t text_bytes_ = 0;         // decoded so far
};

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_DECODER_SOURCE_H_
