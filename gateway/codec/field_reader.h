// The fields of the protocol that one JSON object has. Knows the grammar (RFC 8259) and the names of the fields, not
// which message needs which of them: that is the decoder's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/common/limits.h"

namespace signaling::gateway {

enum class Field : std::uint8_t {
  kType,
  kId,
  kAck,
  kSeq,
  kT,
  kClientId,
  kTo,
  kRoom,
  kMetadata,
  kReplace,
  kSdp,
  kCandidate,
  kSdpMid,
  kSdpMLineIndex,
  kUsernameFragment,
  kReason,
  kData,
};
inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::kData) + 1;

// As in JSON: "sdpMLineIndex".
std::string_view FieldName(Field field);

struct FieldValue {
  enum class Kind : std::uint8_t {
    kAbsent,
    kNull,
    kBool,
    kInteger,  // not negative, and written without fraction and exponent
    kString,
    kObject,
    kOther,
  };

  Kind kind = Kind::kAbsent;
  bool boolean = false;
  std::uint64_t integer = 0;
  // The string's characters. Of `t` and `data` the value as JSON text of whatever kind it is: compact, its numbers
  // digit by digit as they were sent.
  std::string text;
};

struct Fields {
  std::array<FieldValue, kFields> values;
  std::map<std::string, std::string>
      metadata;                    // of kMetadata; incomplete where one of the next two is bad
  bool metadata_is_valid = true;   // only strings, each name once
  std::size_t metadata_bytes = 0;  // keys and values added up
  // RFC 8259 leaves the meaning of a name that is there twice open, so parsers differ: the decoder refuses it.
  std::optional<Field> duplicate;

  const FieldValue& operator[](Field field) const {
    return values[static_cast<std::size_t>(field)];
  }
  FieldValue& operator[](Field field) { return values[static_cast<std::size_t>(field)]; }
};

// Not thread-safe. Its buffers are used again for every object: reading one takes no memory of its own.
class FieldReader {
 public:
  struct Limits {
    int max_depth = 16;
    std::size_t max_metadata_bytes = kMaxMetadataBytes;  // more is counted, not kept
  };

  explicit FieldReader(Limits limits);
  ~FieldReader();

  // Empty: `fields()` is filled. Otherwise why `text` is not one acceptable JSON object.
  std::string Read(std::string_view text);

  // Valid until the next Read. Large strings may be moved out.
  Fields& fields();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signaling::gateway
