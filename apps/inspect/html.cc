#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "apps/inspect/inspection.h"

namespace mneme {
namespace {

constexpr char kPage[] =
#include "apps/inspect/page_html.inc"  // page.html as string literals
    ;

}  // namespace

std::string InspectionHtml(const Inspection& inspection) {
  // Inside a script element, "<" might end it.
  const std::string json = absl::StrReplaceAll(InspectionJson(inspection), {{"<", "\\u003c"}});
  return absl::StrReplaceAll(absl::string_view(kPage, sizeof(kPage) - 1), {{"@INSPECTION@", json}});
}

}  // namespace mneme
