// Messages of the API as proto3 JSON, with the names that proto/ has: what docs/grpc.md shows, fit for jq.
#pragma once

#include <ostream>
#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace signaling::ctl {

// On one line. Every field that has a value is there, zeros and empty lists too.
std::string Json(const google::protobuf::Message& message);

// One document and a line break.
void PrintJson(std::ostream& out, const google::protobuf::Message& message);

// One array, an element a line.
template <typename Message>
void PrintJsonArray(std::ostream& out,
                    const google::protobuf::RepeatedPtrField<Message>& messages) {
  const char* before = "[\n";
  for (const Message& message : messages) {
    out << before << Json(message);
    before = ",\n";
  }
  out << (messages.empty() ? "[]\n" : "\n]\n");
}

}  // namespace signaling::ctl
