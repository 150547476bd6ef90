// Writes one JSON object at the end of a text. Not thread-safe; lives where it is used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/codec/message_type.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"

namespace signaling::gateway {

// Opened by the constructor, closed by the destructor.
class JsonObject {
 public:
  // A message.
  JsonObject(std::string& out, MessageType type);
  // An object within another.
  explicit JsonObject(std::string& out) : out_(out), first_(true) { out_ += '{'; }
  ~JsonObject() { out_ += '}'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // `name` is put between quotes as it is. The value is the caller's to append.
  std::string& Key(std::string_view name);

  void Text(std::string_view name, std::string_view value);
  // Left out where it is empty.
  void TextIfAny(std::string_view name, std::string_view value) {
    if (!value.empty()) Text(name, value);
  }
  void Texts(std::string_view name, const google::protobuf::RepeatedPtrField<std::string>& values);
  void Number(std::string_view name, std::uint64_t value);
  void Bool(std::string_view name, bool value) { Key(name) += value ? "true" : "false"; }
  void Json(std::string_view name, std::string_view text) { Key(name) += text; }
  // In whole milliseconds, 0 for a negative one.
  void Milliseconds(std::string_view name, absl::Duration value);
  void Time(std::string_view name, const google::protobuf::Timestamp& value);
  // Its keys are the client's, so they are escaped, unlike ours.
  void Strings(std::string_view name, const google::protobuf::Map<std::string, std::string>& value);

 private:
  std::string& out_;
  bool first_ = false;
};

}  // namespace signaling::gateway
