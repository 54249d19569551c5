#include "data/tokenizer/sentence_piece_model.h"

#include <sentencepiece_processor.h>

#include <utility>

#include "glog/logging.h"

namespace mneme {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581, a space inside a token

}  // namespace

struct SentencePieceModel::Processor : sentencepiece::SentencePieceProcessor {};

SentencePieceModel::SentencePieceModel(std::unique_ptr<Processor> processor)
    : processor_(std::move(processor)) {}

SentencePieceModel::~SentencePieceModel() = default;

std::unique_ptr<const SentencePieceModel> SentencePieceModel::Parse(std::string_view contents) {
  auto processor = std::make_unique<Processor>();
  if (!processor->LoadFromSerializedProto(contents).ok()) return nullptr;
  std::unique_ptr<SentencePieceModel> model(new SentencePieceModel(std::move(processor)));
  model->has_space_before_text_ = model->EncodedBytes("a").starts_with(' ');
  model->may_cut_before_spaces_ =
      model->EncodedBytes("  a\n  b  ") == "   a\n  b  " && !model->HasSpaceInsideToken();
  if (model->may_cut_before_spaces_) model->FindCuts();
  return model;
}

void SentencePieceModel::FindCuts() {
  std::string known = "\n";
  for (char c = '!'; c <= '~'; ++c) known += c;
  std::erase_if(known, [&](char c) { return EncodedBytes({&c, 1}) != std::string{' ', c}; });
  for (const char a : known) {
    ids_alone_[a] = static_cast<int32_t>(Encode({&a, 1}).size());
    for (const char b : known) cuts_.set(PairIndex(a, b));
  }
  for (int32_t id = 0; id < size(); ++id) {
    if (processor_->IsControl(id) || processor_->IsByte(id)) continue;
    const std::string& piece = processor_->IdToPiece(id);
    for (size_t i = 1; i < piece.size(); ++i) {
      if (IsAscii(piece[i - 1]) && IsAscii(piece[i])) {
        cuts_.reset(PairIndex(piece[i - 1], piece[i]));
      }
    }
  }
  // A normaliser could change what stands side by side.
  std::string pairs;
  for (const char a : known) {
    for (const char b : known) {
      if (may_cut_between(a, b)) pairs += {a, b};
    }
  }
  if (EncodedBytes(pairs) != " " + pairs) cuts_.reset();
}

std::string SentencePieceModel::EncodedBytes(std::string_view text) const {
  std::string bytes;
  for (const int32_t id : Encode(text)) bytes += TokenBytes(id);
  return bytes;
}

bool SentencePieceModel::HasSpaceInsideToken() const {
  for (int32_t id = 0; id < size(); ++id) {
    const std::string_view piece = processor_->IdToPiece(id);
    size_t begin = 0;
    while (piece.substr(begin).starts_with(kSpace)) begin += kSpace.size();
    if (piece.find(kSpace, begin) != piece.npos) return true;
  }
  return false;
}

std::vector<int32_t> SentencePieceModel::Encode(std::string_view text) const {
  std::vector<int32_t> ids;
  const sentencepiece::util::Status status = processor_->Encode(text, &ids);
  CHECK(status.ok()) << status.message();
  return ids;
}

int32_t SentencePieceModel::size() const { return processor_->GetPieceSize(); }
int32_t SentencePieceModel::bos_id() const { return processor_->bos_id(); }
int32_t SentencePieceModel::eos_id() const { return processor_->eos_id(); }

std::string SentencePieceModel::TokenBytes(int32_t id) const {
  if (processor_->IsControl(id) || processor_->IsUnused(id)) return "";
  if (processor_->IsUnknown(id)) return processor_->DecodeIds({id});
  const std::string& piece = processor_->IdToPiece(id);
  if (processor_->IsByte(id)) {  // "<0x0A>"
    return std::string(1, static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16)));
  }
  std::string bytes;
  for (size_t i = 0; i < piece.size(); ++i) {
    const bool is_space = std::string_view(piece).substr(i, kSpace.size()) == kSpace;
    bytes += is_space ? ' ' : piece[i];
    if (is_space) i += kSpace.size() - 1;
  }
  return bytes;
}

}  // namespace mneme
