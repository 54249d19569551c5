#include <glog/logging.h>
#include <zstd.h>

#include "absl/strings/str_cat.h"
#include "data/corpus/decoder.h"

namespace mneme {
namespace {

class ZstdDecoder : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    CHECK(context_ != nullptr);
    constexpr int kMaxWindowLog = 31;
    CHECK(!ZSTD_isError(ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog)));
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  absl::Status Decode(absl::Span<const char>* in, absl::Span<char>* out) override {
    if (!in_frame_ && in->empty()) return absl::OkStatus();
    ZSTD_inBuffer input = {in->data(), in->size(), 0};
    ZSTD_outBuffer output = {out->data(), out->size(), 0};
    const size_t result = ZSTD_decompressStream(context_, &output, &input);
    in->remove_prefix(input.pos);
    out->remove_prefix(output.pos);
    if (ZSTD_isError(result)) {
      return absl::DataLossError(absl::StrCat("zstd: ", ZSTD_getErrorName(result)));
    }
    in_frame_ = result != 0;  // 0: a frame is decoded, and all of it written
    return absl::OkStatus();
  }

  bool in_frame() const override { return in_frame_; }

 private:
  ZSTD_DCtx* const context_;
  bool in_frame_ = false;
};

}  // namespace

std::unique_ptr<Decoder> MakeZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace mneme
