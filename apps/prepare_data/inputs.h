// The files that documents come from.

#ifndef MNEME_APPS_PREPARE_DATA_INPUTS_H_
#define MNEME_APPS_PREPARE_DATA_INPUTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"

namespace mneme {

// The jsonl and text files, compressed or not, among `paths` and in the folders among them, at any
// depth; sorted by path. Folders whose name ends in ".partial" are passed over: they are this
// program's own.
// Errors: NotFound for a path that is not there, and for a folder without such files;
// InvalidArgument for a file of another kind, and one that is there twice.
absl::StatusOr<std::vector<SourceFile>> FindInputs(const std::vector<std::string>& paths);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_INPUTS_H_
