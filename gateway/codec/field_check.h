// The fields of one JSON object against what a message needs. Each check is false after it has said what is wrong, by
// the field's name, in an object within another by its path ("options.media"). null is a value of `t` and `data` only;
// elsewhere it says that the field is not there. Not thread-safe; lives as long as one object is decoded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/codec/field_reader.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/map.h"

namespace signaling::gateway {

class FieldCheck {
 public:
  // The longest google.protobuf.Duration.
  static constexpr std::uint64_t kMaxMilliseconds = std::uint64_t{315'576'000'000} * 1000;

  // `path` goes before the names, and has to outlive this.
  FieldCheck(FieldReader& reader, std::string& problem, std::string_view path = {})
      : reader_(reader), fields_(reader.fields()), problem_(problem), path_(path) {}

  // Fills the reader with an object within the one before, whose grammar is checked.
  bool Read(std::string_view text);

  const FieldValue& operator[](Field field) const { return fields_[field]; }
  FieldReader& reader() { return reader_; }
  std::string& problem() { return problem_; }

  bool Has(Field field) const {
    const FieldValue::Kind kind = (*this)[field].kind;
    return kind != FieldValue::Kind::kAbsent && kind != FieldValue::Kind::kNull;
  }
  bool Refuse(Field field, std::string_view what);
  bool Require(Field field) { return Has(field) || Refuse(field, "is required"); }

  // Where the field is there, it has to be of this kind, and is handed on; otherwise nothing happens.
  template <class Set>
  bool Text(Field field, Set&& set) {
    if (!Has(field)) return true;
    if (!IsString(field)) return false;
    std::forward<Set>(set)((*this)[field].text);
    return true;
  }
  template <class Set>
  bool Flag(Field field, Set&& set) {
    if (!Has(field)) return true;
    if ((*this)[field].kind != FieldValue::Kind::kBool) {
      return Refuse(field, "must be true or false");
    }
    std::forward<Set>(set)((*this)[field].boolean);
    return true;
  }
  template <class Set>
  bool Integer(Field field, std::uint64_t max, Set&& set) {
    if (!Has(field)) return true;
    if (!IsInteger(field, max)) return false;
    std::forward<Set>(set)((*this)[field].integer);
    return true;
  }
  // An id of a client, a room or an offer.
  bool Id(Field field, std::string* id);
  // 1 to 2^53-1: `id`, `seq`, `ack`.
  bool Number(Field field, std::uint64_t* number);
  // Called where the field is there: whole milliseconds, by default as long as a Duration can be.
  bool Milliseconds(Field field, google::protobuf::Duration* duration,
                    std::uint64_t max = kMaxMilliseconds);
  bool Metadata();
  void MoveMetadata(google::protobuf::Map<std::string, std::string>* to);
  // Of kAllowed: an array of ids.
  bool Allowed();

 private:
  bool IsString(Field field);
  bool IsInteger(Field field, std::uint64_t max);

  FieldReader& reader_;
  Fields& fields_;
  std::string& problem_;
  const std::string_view path_;
};

}  // namespace signaling::gateway
