// //apps:tokenizer -- encode|decode|count [name=KIND] [path=FILE] [KEY=VALUE]... [TEXT | ID...]

#include <unistd.h>

#include <iostream>

#include "apps/config/program.h"
#include "apps/tokenizer/run.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::Status Run(const TokenizerArgs& config, const std::vector<std::string>& operands) {
  std::ios::sync_with_stdio(false);
  MNEME_RETURN_IF_ERROR(RunTokenizer(config, operands, std::cin, std::cout));
  const bool is_decoded = operands[0] == "decode";  // which need not end its line
  if (is_decoded && isatty(STDOUT_FILENO)) std::cout << "\n";
  if (std::cout.flush()) return absl::OkStatus();
  return absl::UnknownError("cannot write to standard output");
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::TokenizerArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:tokenizer",
       .summary = "Shows what a tokenizer makes of text: its token ids (encode), the text of ids "
                  "(decode),\nhow many there are (count).",
       .example = "encode name=tiktoken path=llama3.model pieces=true \"Hello, world\"",
       .operands = "encode|decode|count [TEXT | ID...]"},
      &config, [&](const mneme::ParsedArgs& args) { return mneme::Run(config, args.operands); });
}
