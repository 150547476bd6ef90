#include "gateway/codec/field_reader.h"

#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/json_text.h"

namespace signaling::gateway {
namespace {

namespace json = boost::json;
using Kind = FieldValue::Kind;

constexpr std::array<std::string_view, kFields> kNames = {
    "type",          "id",         "ack",      "seq",           "t",
    "client_id",     "to",         "room",     "metadata",      "replace",
    "sdp",           "candidate",  "sdpMid",   "sdpMLineIndex", "usernameFragment",
    "reason",        "data",       "offer_id", "candidates",    "ttl_ms",
    "allowed",       "options",    "locked",   "ban_ms",        "max_participants",
    "media",         "relay_only", "knock",    "resume",        "session_id",
    "resume_token",  "last_seq",   "token",    "state",         "setup_ms",
    "candidate_type"};

std::optional<Field> FieldOf(std::string_view name) {
  for (std::size_t i = 0; i < kFields; ++i) {
    if (kNames[i] == name) return static_cast<Field>(i);
  }
  return std::nullopt;
}

// The decoder wants their values as text: to pass them on, or to read them as objects of their own.
bool IsRaw(Field field) {
  return field == Field::kT || field == Field::kData || field == Field::kOptions ||
         field == Field::kCandidates || field == Field::kResume;
}

// The parser's events, put into Fields. No tree of values is built: most of a message is one string.
class Collector {
 public:
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();

  explicit Collector(std::size_t max_metadata_bytes) : max_metadata_bytes_(max_metadata_bytes) {}

  void Reset() {
    for (FieldValue& value : fields_.values) value.kind = Kind::kAbsent;
    fields_[Field::kT].text.clear();
    fields_[Field::kData].text.clear();
    fields_.metadata.clear();
    fields_.metadata_is_valid = true;
    fields_.metadata_bytes = 0;
    fields_.allowed.clear();
    fields_.allowed_is_valid = true;
    fields_.candidate_ends.clear();
    fields_.duplicate.reset();
    depth_ = 0;
    is_object_ = false;
    current_ = nullptr;
    raw_ = nullptr;
    inside_ = Inside::kNothing;
    parts_.clear();
  }

  Fields& fields() { return fields_; }
  bool is_object() const { return is_object_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    if (depth_ == 0) is_object_ = true;
    Begin('{', Kind::kObject);
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    End('}');
    return true;
  }
  bool on_array_begin(json::error_code&) {
    Begin('[', Kind::kArray);
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    End(']');
    return true;
  }

  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    parts_.append(s.data(), s.size());
    return true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code&) {
    const std::string_view key = Whole(s);
    if (depth_ == 1) {
      Select(key);
    } else if (raw_ != nullptr) {
      Separate();
      AppendJsonString(*raw_, key);
      *raw_ += ':';
    } else if (inside_ == Inside::kMetadata && depth_ == 2) {
      metadata_key_ = key;
    }
    parts_.clear();
    return true;
  }

  bool on_string_part(json::string_view s, std::size_t, json::error_code&) {
    parts_.append(s.data(), s.size());
    return true;
  }
  bool on_string(json::string_view s, std::size_t, json::error_code&) {
    const std::string_view text = Whole(s);
    if (raw_ != nullptr) {
      Separate();
      AppendJsonString(*raw_, text);
      Finish();
    } else if (inside_ != Inside::kNothing) {
      if (depth_ == 2) AddInside(text);
    } else if (depth_ == 1 && current_ != nullptr) {
      current_->kind = Kind::kString;
      current_->text = text;
    }
    parts_.clear();
    return true;
  }

  bool on_number_part(json::string_view s, json::error_code&) {
    parts_.append(s.data(), s.size());
    return true;
  }
  bool on_int64(std::int64_t i, json::string_view s, json::error_code&) {
    if (i < 0) return Scalar(Kind::kOther, Whole(s));
    return Integer(static_cast<std::uint64_t>(i), Whole(s));
  }
  bool on_uint64(std::uint64_t u, json::string_view s, json::error_code&) {
    return Integer(u, Whole(s));
  }
  bool on_double(double, json::string_view s, json::error_code&) {
    return Scalar(Kind::kOther, Whole(s));
  }
  bool on_bool(bool b, json::error_code&) {
    if (AtField()) current_->boolean = b;
    return Scalar(Kind::kBool, b ? "true" : "false");
  }
  bool on_null(json::error_code&) { return Scalar(Kind::kNull, "null"); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  // The fields whose values are collected string by string.
  enum class Inside : std::uint8_t { kNothing, kMetadata, kAllowed };

  // The parser hands out a string in parts where it has escapes and is long.
  std::string_view Whole(json::string_view last) {
    if (parts_.empty()) return {last.data(), last.size()};
    return parts_.append(last.data(), last.size());
  }

  bool AtField() const { return depth_ == 1 && current_ != nullptr; }

  void Select(std::string_view name) {
    const std::optional<Field> field = FieldOf(name);
    current_ = field ? &fields_[*field] : nullptr;
    if (!field) return;
    if (current_->kind != Kind::kAbsent) fields_.duplicate = field;
    if (IsRaw(*field)) {
      raw_ = &current_->text;
      raw_->clear();
    }
  }

  void Begin(char bracket, Kind kind) {
    if (AtField()) {
      current_->kind = kind;
      inside_ = InsideOf(kind);
    } else {
      Spoil();
    }
    if (raw_ != nullptr) {
      Separate();
      *raw_ += bracket;
    }
    ++depth_;
  }

  void End(char bracket) {
    --depth_;
    if (raw_ != nullptr) {
      *raw_ += bracket;
      Finish();
    }
    if (depth_ == 1) inside_ = Inside::kNothing;
  }

  bool Integer(std::uint64_t value, std::string_view text) {
    if (AtField()) current_->integer = value;
    return Scalar(Kind::kInteger, text);
  }

  bool Scalar(Kind kind, std::string_view text) {
    if (AtField()) {
      current_->kind = kind;
    } else {
      Spoil();
    }
    if (raw_ != nullptr) {
      Separate();
      raw_->append(text);
      Finish();
    }
    parts_.clear();
    return true;
  }

  Inside InsideOf(Kind kind) const {
    if (kind == Kind::kObject && current_ == &fields_[Field::kMetadata]) return Inside::kMetadata;
    if (kind == Kind::kArray && current_ == &fields_[Field::kAllowed]) return Inside::kAllowed;
    return Inside::kNothing;
  }

  // Something other than a string is where only strings may be.
  void Spoil() {
    if (inside_ == Inside::kMetadata) fields_.metadata_is_valid = false;
    if (inside_ == Inside::kAllowed) fields_.allowed_is_valid = false;
  }

  void AddInside(std::string_view value) {
    if (inside_ == Inside::kAllowed) {
      fields_.allowed.emplace_back(value);
      return;
    }
    fields_.metadata_bytes += metadata_key_.size() + value.size();
    if (fields_.metadata_bytes > max_metadata_bytes_) return;
    if (!fields_.metadata.emplace(std::move(metadata_key_), value).second) {
      fields_.metadata_is_valid = false;
    }
  }

  // The comma before a value or a name that follows another: what a complete one ends with is none of these.
  void Separate() {
    if (raw_->empty()) return;
    const char last = raw_->back();
    if (last != '[' && last != '{' && last != ':') *raw_ += ',';
  }

  // After a value: the field's own value ends the copying.
  void Finish() {
    if (depth_ == 2 && current_ == &fields_[Field::kCandidates]) {
      fields_.candidate_ends.push_back(raw_->size());
    }
    if (depth_ != 1) return;
    if (current_->kind == Kind::kAbsent) current_->kind = Kind::kString;
    raw_ = nullptr;
  }

  const std::size_t max_metadata_bytes_;

  Fields fields_;
  int depth_ = 0;  // brackets open
  bool is_object_ = false;
  FieldValue* current_ = nullptr;  // of the field whose name was read last; null: of no interest
  std::string* raw_ = nullptr;     // where the current value is copied to as JSON text
  Inside inside_ = Inside::kNothing;
  std::string metadata_key_;
  std::string parts_;
};

json::parse_options Options(int max_depth) {
  json::parse_options options;  // strict as they stand
  options.max_depth = static_cast<std::size_t>(max_depth);
  return options;
}

}  // namespace

std::string_view FieldName(Field field) { return kNames[static_cast<std::size_t>(field)]; }

class FieldReader::Impl {
 public:
  explicit Impl(Limits limits) : parser_(Options(limits.max_depth), limits.max_metadata_bytes) {}

  std::string Read(std::string_view text) {
    parser_.reset();
    parser_.handler().Reset();
    json::error_code ec;
    const std::size_t used = parser_.write_some(false, text.data(), text.size(), ec);
    if (ec == json::error::too_deep) return "JSON is nested too deeply";
    if (ec) return absl::StrCat("not valid JSON: ", ec.message(), " near byte ", used);
    if (used < text.size()) return absl::StrCat("not one JSON value: more follows at byte ", used);
    if (!parser_.handler().is_object()) return "not a JSON object";
    return {};
  }

  Fields& fields() { return parser_.handler().fields(); }

 private:
  json::basic_parser<Collector> parser_;
};

FieldReader::FieldReader(Limits limits) : limits_(limits), impl_(std::make_unique<Impl>(limits)) {}
FieldReader::~FieldReader() = default;

std::string FieldReader::Read(std::string_view text) { return impl_->Read(text); }

std::string_view FieldReader::candidate(std::size_t index) {
  const std::vector<std::size_t>& ends = fields().candidate_ends;
  // Before the first there is the bracket, before each other one the comma.
  const std::size_t begin = index == 0 ? 1 : ends[index - 1] + 1;
  return std::string_view(fields()[Field::kCandidates].text).substr(begin, ends[index] - begin);
}

Fields& FieldReader::fields() { return impl_->fields(); }

}  // namespace signaling::gateway
