// Metadata in a cell.
#pragma once

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/map.h"

namespace signaling::ctl {

// "name=Ann, seat=3", by name. Not yet printable.
inline std::string MetadataText(const google::protobuf::Map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] :
       std::map<std::string, std::string>(metadata.begin(), metadata.end())) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", key, "=", value);
  }
  return text;
}

}  // namespace signaling::ctl
