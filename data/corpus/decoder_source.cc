#include "data/corpus/decoder_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kInputBytes = 256 << 10;
constexpr int64_t kSkipBytes = 1 << 20;

}  // namespace

DecoderSource::DecoderSource(std::unique_ptr<ByteSource> compressed,
                             std::unique_ptr<Decoder> decoder, std::string path)
    : compressed_(std::move(compressed)),
      decoder_(std::move(decoder)),
      path_(std::move(path)),
      input_(kInputBytes) {}

absl::Status DecoderSource::Damaged(absl::string_view how) const {
  return absl::DataLossError(absl::StrCat(path_, " is damaged behind byte ", text_bytes_,
                                          " of its text: ", how, "; fetch or compress it again"));
}

absl::Status DecoderSource::Decode(absl::Span<char>* out) {
  const size_t room = out->size();
  const absl::Status status = decoder_->Decode(&unread_, out);
  text_bytes_ += room - out->size();
  return status.ok() ? status : Damaged(status.message());
}

absl::StatusOr<int64_t> DecoderSource::Read(absl::Span<char> buffer) {
  absl::Span<char> out = buffer;
  while (!out.empty()) {
    const size_t room = out.size();
    MNEME_RETURN_IF_ERROR(Decode(&out));
    if (!unread_.empty() || out.size() < room) continue;
    MNEME_ASSIGN_OR_RETURN(const int64_t got, compressed_->Read(absl::MakeSpan(input_)));
    unread_ = absl::MakeConstSpan(input_.data(), got);
    if (got > 0) continue;
    if (decoder_->in_frame()) return Damaged("the file ends too early");
    break;
  }
  return buffer.size() - out.size();
}

absl::Status DecoderSource::Skip(int64_t bytes) {
  std::vector<char> dropped(std::min(bytes, kSkipBytes));
  for (int64_t left = bytes; left > 0;) {
    const int64_t portion = std::min<int64_t>(left, dropped.size());
    MNEME_ASSIGN_OR_RETURN(const int64_t got, Read(absl::MakeSpan(dropped.data(), portion)));
    left -= got;
    if (got < portion) {
      return absl::DataLossError(absl::StrCat(path_, " holds ", bytes - left,
                                              " bytes of text, but reading stopped at byte ", bytes,
                                              ": it was truncated; restore the file"));
    }
  }
  return absl::OkStatus();
}

}  // namespace mneme
