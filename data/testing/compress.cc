#include "data/testing/compress.h"

#include <glog/logging.h>
#include <zlib.h>
#include <zstd.h>

#include "absl/strings/match.h"

namespace mneme {

std::string Gzip(absl::string_view text) {
  z_stream stream = {};
  constexpr int kGzip = 16;  // added to the window's logarithm
  CHECK_EQ(
      deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out.size();
  CHECK_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(absl::string_view text) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)));
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  CHECK(!ZSTD_isError(size));
  out.resize(size);
  ZSTD_freeCCtx(context);
  return out;
}

std::string CompressFor(absl::string_view name, absl::string_view text) {
  if (absl::EndsWith(name, ".gz")) return Gzip(text);
  if (absl::EndsWith(name, ".zst")) return Zstd(text);
  return std::string(text);
}

}  // namespace mneme
