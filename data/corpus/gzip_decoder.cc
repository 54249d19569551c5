#include <glog/logging.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "data/corpus/decoder.h"

namespace mneme {
namespace {

// zlib counts in 32 bits.
uInt Portion(size_t bytes) {
  return static_cast<uInt>(std::min<size_t>(bytes, std::numeric_limits<uInt>::max()));
}

class GzipDecoder : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzipOnly = 16;  // added to the window's logarithm
    CHECK_EQ(inflateInit2(&stream_, MAX_WBITS + kGzipOnly), Z_OK);
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  absl::Status Decode(absl::Span<const char>* in, absl::Span<char>* out) override {
    if (!in_frame_ && in->empty()) return absl::OkStatus();
    in_frame_ = true;
    const uInt in_bytes = Portion(in->size());
    const uInt out_bytes = Portion(out->size());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in->data()));
    stream_.avail_in = in_bytes;
    stream_.next_out = reinterpret_cast<Bytef*>(out->data());
    stream_.avail_out = out_bytes;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in->remove_prefix(in_bytes - stream_.avail_in);
    out->remove_prefix(out_bytes - stream_.avail_out);
    if (result == Z_STREAM_END) {
      in_frame_ = false;
      inflateReset(&stream_);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // Z_BUF_ERROR: there is nothing to do
      return absl::DataLossError(absl::StrCat(
          "gzip: ", stream_.msg != nullptr ? stream_.msg : "a preset dictionary is missing"));
    }
    return absl::OkStatus();
  }

  bool in_frame() const override { return in_frame_; }

 private:
  z_stream stream_ = {};
  bool in_frame_ = false;
};

}  // namespace

std::unique_ptr<Decoder> MakeGzipDecoder() { return std::make_unique<GzipDecoder>(); }

}  // namespace mneme
