#include "apps/prepare_data/args.h"

namespace mneme {

void Describe(Section& s, PrepareArgs& args) {
  s.AddPath("root_dir", args.root_dir, "folder of the sources, train's data.root_dir");
  s.Add("source", args.source, "name of the source to make: the folder root_dir/SOURCE");
  s.Add("seed", args.seed, {.min = 0}, "of the order, and of what is held out");
  s.Add("memory_mib", args.memory_mib, {.min = 1, .max = int64_t{1} << 24},
        "MiB of documents sorted at once; the result does not depend on it");
  s.Add("chunk_mib", args.chunk_mib, {.min = 1, .max = int64_t{1} << 24}, "MiB of a chunk, about");
  s.Add("validation_documents", args.validation_documents, {.min = 0},
        "documents to hold out, about; at most one in 20");
}

}  // namespace mneme
