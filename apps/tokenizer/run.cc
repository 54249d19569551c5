#include "apps/tokenizer/run.h"

#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/corpus/json_document.h"
#include "data/corpus/line_fault.h"
#include "data/corpus/line_reader.h"
#include "data/text/utf8.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

// Whoever types it has to know how it ends.
void HintAtEnd(const std::istream& in) {
  if (&in == &std::cin && isatty(STDIN_FILENO)) {
    std::cerr << "reading from the terminal; end with Ctrl-D" << std::endl;
  }
}

// At the end of what could be read: that nothing else ended it.
absl::Status CheckEnd(const std::istream& in) {
  return in.bad() ? absl::UnknownError("standard input cannot be read") : absl::OkStatus();
}

absl::StatusOr<std::string> ReadAll(std::istream& in) {
  HintAtEnd(in);
  std::string text;
  for (char buffer[1 << 16]; in.read(buffer, sizeof(buffer)) || in.gcount() > 0;) {
    text.append(buffer, in.gcount());
  }
  MNEME_RETURN_IF_ERROR(CheckEnd(in));
  return text;
}

// What is given as operands, `text`, or on `in`.
absl::StatusOr<std::string> GivenText(const std::string& text,
                                      absl::Span<const std::string> operands, std::istream& in) {
  if (!text.empty() && !operands.empty()) {
    return absl::InvalidArgumentError(
        "there is a text both as text= and as an operand; give one of them");
  }
  if (!text.empty()) return text;
  if (!operands.empty()) return absl::StrJoin(operands, " ");
  return ReadAll(in);
}

using TextSink = absl::FunctionRef<void(absl::string_view text)>;

// As training reads them: a byte order mark and blank lines are passed over.
absl::Status ForEachDocument(std::istream& in, TextSink sink) {
  HintAtEnd(in);
  JsonDocumentParser parser;
  int64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const size_t size = line.size();
    line.resize(size + LineReader::kPaddingBytes);
    absl::string_view document = absl::string_view(line).substr(0, size);
    if (number == 1) document = WithoutByteOrderMark(document);
    if (absl::StripAsciiWhitespace(document).empty()) continue;
    absl::string_view text;
    const LineFault fault = parser.Parse(document, &text);
    if (fault != LineFault::kNone) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", FaultText(fault),
                                                     "; expected {\"text\": ...} in each line"));
    }
    sink(text);
  }
  return CheckEnd(in);
}

absl::Status ForEachText(const TokenizerArgs& args, absl::Span<const std::string> operands,
                         std::istream& in, TextSink sink) {
  if (args.jsonl && !(args.text.empty() && operands.empty())) {
    return absl::InvalidArgumentError(
        "jsonl=true reads documents from standard input; leave out text= and operands");
  }
  if (args.jsonl) return ForEachDocument(in, sink);
  MNEME_ASSIGN_OR_RETURN(const std::string text, GivenText(args.text, operands, in));
  if (!IsValidUtf8(text)) return absl::InvalidArgumentError("expected text in UTF-8");
  sink(text);
  return absl::OkStatus();
}

absl::StatusOr<Ids> ParseIds(absl::string_view text, int64_t vocab_size) {
  Ids ids;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" ,[]\t\r\n"), absl::SkipEmpty())) {
    int32_t id = 0;
    if (!absl::SimpleAtoi(word, &id) || id < 0 || id >= vocab_size) {
      return absl::InvalidArgumentError(absl::StrCat("'", word, "' is no token id; expected 0 to ",
                                                     vocab_size - 1, ", with spaces between"));
    }
    ids.push_back(id);
  }
  return ids;
}

void WriteIds(const Tokenizer& tokenizer, const Ids& ids, bool pieces, std::ostream& out) {
  if (!pieces) {
    out << absl::StrJoin(ids, " ") << "\n";
    return;
  }
  for (const int32_t id : ids) {
    const absl::string_view bytes = tokenizer.TokenBytes(id);
    // A part of a character is shown as its bytes.
    const bool is_whole = IsValidUtf8(bytes);
    out << id << "\t\"" << (is_whole ? absl::Utf8SafeCEscape(bytes) : absl::CHexEscape(bytes))
        << "\"\n";
  }
}

struct Count {
  int64_t documents = 0;
  int64_t tokens = 0;
  int64_t bytes = 0;
};

std::string Sentence(const Count& count, bool of_documents) {
  std::string text = of_documents ? absl::StrCat(count.documents, " documents, ") : "";
  absl::StrAppend(&text, count.tokens, " tokens, ", count.bytes, " bytes");
  if (count.tokens == 0) return text;
  return absl::StrCat(text, absl::StrFormat(", %.2f bytes a token",
                                            static_cast<double>(count.bytes) / count.tokens));
}

}  // namespace

void Describe(Section& s, TokenizerArgs& c) {
  s.Add("name", c.tokenizer.name, {"bytes", "sp", "tiktoken", "hf"},
        "kind of tokenizer, as data.tokenizer.name of //apps:train");
  s.AddPath("path", c.tokenizer.path, "its file; bytes has none");
  s.Add("text", c.text, "text to encode or count; without it operands, or else standard input");
  s.Add("jsonl", c.jsonl, "each line of standard input is a document, {\"text\": ...}");
  s.Add("bos", c.bos, "begin each text with the token that begins documents");
  s.Add("eos", c.eos, "end each text with the token that ends documents");
  s.Add("pieces", c.pieces, "encode: a line for each token, with its text");
}

absl::Status RunTokenizer(const TokenizerArgs& args, const std::vector<std::string>& operands,
                          std::istream& in, std::ostream& out) {
  const std::string command = operands.empty() ? "" : operands[0];
  if (command != "encode" && command != "decode" && command != "count") {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a command, encode, decode or count, got '", command, "'; see --help"));
  }
  const auto rest = absl::MakeConstSpan(operands).subspan(1);
  MNEME_ASSIGN_OR_RETURN(const std::shared_ptr<const Tokenizer> tokenizer,
                         MakeTokenizer(args.tokenizer.name, args.tokenizer.path));
  if (command == "decode") {
    if (args.jsonl) return absl::InvalidArgumentError("decode reads ids; leave out jsonl");
    MNEME_ASSIGN_OR_RETURN(const std::string text, GivenText(args.text, rest, in));
    MNEME_ASSIGN_OR_RETURN(const Ids ids, ParseIds(text, tokenizer->vocab_size()));
    out << tokenizer->Decode(ids);
    return absl::OkStatus();
  }
  Count count;
  MNEME_RETURN_IF_ERROR(ForEachText(args, rest, in, [&](absl::string_view text) {
    const Ids ids = tokenizer->Encode(text, args.bos, args.eos);
    if (command == "encode") WriteIds(*tokenizer, ids, args.pieces, out);
    ++count.documents;
    count.tokens += static_cast<int64_t>(ids.size());
    count.bytes += static_cast<int64_t>(text.size());
  }));
  if (command == "count") out << Sentence(count, args.jsonl) << "\n";
  return absl::OkStatus();
}

}  // namespace mneme
