#include "apps/config/quickstart.h"

namespace mneme {
namespace {

constexpr char kYaml[] =
#include "apps/config/quickstart_yaml.inc"  // quickstart.yaml as a string literal
    ;

}  // namespace

absl::string_view QuickstartYaml() { return absl::string_view(kYaml, sizeof(kYaml) - 1); }

}  // namespace mneme
