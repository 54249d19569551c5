// "Did you mean": the known key nearest to one that is not known.

#ifndef MNEME_APPS_CONFIG_SUGGEST_H_
#define MNEME_APPS_CONFIG_SUGGEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "apps/config/schema.h"

namespace mneme {

// The path of the field, section or key without effect nearest to `path`; "" if none is near. A
// key of another section counts as near when its last part is: model.batch_size is for
// data.batch_size.
std::string NearestKey(const Schema& schema, absl::string_view path);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_SUGGEST_H_
