#include "services/signalctl/json.h"

#include "google/protobuf/util/json_util.h"

namespace signaling::ctl {
namespace {

std::string Write(const google::protobuf::Message& message, bool with_space) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = with_space;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  // Fails only where a message holds what its own type does not allow, as a time before the year 1.
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return "{}";
  return text;
}

}  // namespace

std::string Json(const google::protobuf::Message& message) { return Write(message, false); }

void PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  const std::string text = Write(message, true);
  out << text << (text.ends_with('\n') ? "" : "\n");
}

}  // namespace signaling::ctl
