#include "gateway/codec/json_object.h"

#include <array>
#include <charconv>
#include <limits>

#include "services/common/json_text.h"

namespace signaling::gateway {

JsonObject::JsonObject(std::string& out, MessageType type) : out_(out) {
  out_ += R"({"type":")";
  out_ += MessageTypeName(type);
  out_ += '"';
}

std::string& JsonObject::Key(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += name;
  out_ += "\":";
  return out_;
}

void JsonObject::Text(std::string_view name, std::string_view value) {
  AppendJsonString(Key(name), value);
}

void JsonObject::Texts(std::string_view name,
                       const google::protobuf::RepeatedPtrField<std::string>& values) {
  Key(name) += '[';
  bool first = true;
  for (const std::string& value : values) {
    if (!first) out_ += ',';
    first = false;
    AppendJsonString(out_, value);
  }
  out_ += ']';
}

void JsonObject::Number(std::string_view name, std::uint64_t value) {
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
  char* const begin = digits.data();
  const char* end = std::to_chars(begin, begin + digits.size(), value).ptr;
  Key(name).append(begin, static_cast<std::size_t>(end - begin));
}

void JsonObject::Milliseconds(std::string_view name, absl::Duration value) {
  const std::int64_t ms = absl::ToInt64Milliseconds(value);
  Number(name, ms > 0 ? static_cast<std::uint64_t>(ms) : 0);
}

void JsonObject::Time(std::string_view name, const google::protobuf::Timestamp& value) {
  Text(name, JsonTime(absl::FromUnixSeconds(value.seconds()) + absl::Nanoseconds(value.nanos())));
}

void JsonObject::Strings(std::string_view name,
                         const google::protobuf::Map<std::string, std::string>& value) {
  Key(name) += '{';
  bool first = true;
  for (const auto& [key, text] : value) {
    if (!first) out_ += ',';
    first = false;
    AppendJsonString(out_, key);
    out_ += ':';
    AppendJsonString(out_, text);
  }
  out_ += '}';
}

}  // namespace signaling::gateway
