// The fields of the protocol that one JSON object has: a message, or an object within one. Knows the grammar (RFC 8259) and the names of the fields, not
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
#include <vector>

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
  kOfferId,
  kCandidates,
  kTtlMs,
  kAllowed,
  kOptions,
  kLocked,
  kBanMs,
  kMaxParticipants,
  kMedia,
  kRelayOnly,
  kKnock,
  kResume,
  kSessionId,
  kResumeToken,
  kLastSeq,
  kToken,
  kState,
  kSetupMs,
  kCandidateType,
};
inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::kCandidateType) + 1;

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
    kArray,
    kOther,
  };

  Kind kind = Kind::kAbsent;
  bool boolean = false;
  std::uint64_t integer = 0;
  // The string's characters. Of `t`, `data`, `options`, `candidates` and `resume` the value as JSON text of whatever kind it is:
  // compact, its numbers digit by digit as they were sent.
  std::string text;
};

struct Fields {
  std::array<FieldValue, kFields> values;
  std::map<std::string, std::string>
      metadata;                      // of kMetadata; incomplete where one of the next two is bad
  bool metadata_is_valid = true;     // only strings, each name once
  std::size_t metadata_bytes = 0;    // keys and values added up
  std::vector<std::string> allowed;  // of kAllowed; incomplete where the next is bad
  bool allowed_is_valid = true;      // only strings
  // Where in the text of kCandidates each of its values ends, if it is an array.
  std::vector<std::size_t> candidate_ends;
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

  // The values of the array in kCandidates, as JSON text. Valid until the next Read.
  std::size_t candidates() { return fields().candidate_ends.size(); }
  std::string_view candidate(std::size_t index);

  // Empty: `fields()` is filled. Otherwise why `text` is not one acceptable JSON object.
  std::string Read(std::string_view text);

  // Filled anew by each Read. Large strings may be moved out.
  Fields& fields();

  const Limits& limits() const { return limits_; }

 private:
  class Impl;

  const Limits limits_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signaling::gateway
