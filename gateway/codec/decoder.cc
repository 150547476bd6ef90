#include "gateway/codec/decoder.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/codec/field_reader.h"
#include "services/common/ids.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using Kind = FieldValue::Kind;

constexpr std::uint64_t kMaxMLineIndex = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kMaxEchoedType = 64;

bool IsNumbered(MessageType type) {
  switch (type) {
    case MessageType::kHello:
    case MessageType::kAck:
    case MessageType::kPing:
    case MessageType::kBye: return false;
    default: return true;
  }
}

// Only what looks like a type's name goes back: the text is the client's.
std::string UnknownType(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= kMaxEchoedType &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return plain ? absl::StrCat("no message has the type ", Absl(name)) : "no message has this type";
}

std::optional<v1::Reject::Reason> RejectReason(std::string_view name) {
  if (name == "busy") return v1::Reject::REASON_BUSY;
  if (name == "declined") return v1::Reject::REASON_DECLINED;
  if (name == "unsupported") return v1::Reject::REASON_UNSUPPORTED;
  return std::nullopt;
}

}  // namespace

// One message's fields against what its type needs. Each check is false after it has said what is wrong.
class Decoder::Impl {
 public:
  explicit Impl(Limits limits)
      : limits_(limits), reader_({limits.max_depth, limits.max_metadata_bytes}) {}

  bool Decode(std::string_view text, ClientMessage* message, v1::UpFrame* frame,
              DecodeFault* fault) {
    *message = ClientMessage();
    *fault = DecodeFault();
    frame->clear_body();
    fault_ = fault;
    if (std::string problem = reader_.Read(text); !problem.empty()) {
      return Fault(Reason::kInvalidJson, std::move(problem));
    }
    if (DecodeHead(message) && DecodeBody(message, frame)) return true;
    frame->clear_body();
    return false;
  }

 private:
  const FieldValue& At(Field field) { return reader_.fields()[field]; }

  // null is a value of `t` and `data` only; elsewhere it says that the field is not there.
  bool Has(Field field) {
    const Kind kind = At(field).kind;
    return kind != Kind::kAbsent && kind != Kind::kNull;
  }

  bool Fault(Reason reason, std::string message) {
    fault_->reason = reason;
    fault_->message = std::move(message);
    return false;
  }
  bool Invalid(Field field, std::string_view problem) {
    return Fault(Reason::kInvalidMessage, absl::StrCat(Absl(FieldName(field)), " ", Absl(problem)));
  }

  // What every message may have: `type`, `id`, `ack`.
  bool DecodeHead(ClientMessage* message) {
    const std::optional<Field> duplicate = reader_.fields().duplicate;
    if (duplicate == Field::kType || duplicate == Field::kId) {
      return Invalid(*duplicate, "is there twice");
    }
    if (At(Field::kType).kind != Kind::kString) return Invalid(Field::kType, "must be a string");
    const std::string& name = At(Field::kType).text;
    const std::optional<MessageType> type = ClientMessageType(name);
    if (!type || IsNumbered(*type)) {
      fault_->numbered = true;
      if (!Number(Field::kId, &message->id)) return false;
      fault_->id = message->id;
    }
    if (!type) {
      // Whether a later version numbers it, only its id can say.
      fault_->numbered = message->id != 0;
      return Fault(Reason::kUnknownType, UnknownType(name));
    }
    message->type = *type;
    if (duplicate) return Invalid(*duplicate, "is there twice");
    return Number(Field::kAck, &message->ack_seq);
  }

  bool DecodeBody(ClientMessage* message, v1::UpFrame* frame) {
    switch (message->type) {
      case MessageType::kHello: return DecodeHello(&message->hello);
      case MessageType::kJoin: return DecodeJoin(frame->mutable_room()->mutable_join());
      case MessageType::kLeave: frame->mutable_room()->mutable_leave(); return true;
      case MessageType::kUpdate: return DecodeUpdate(frame->mutable_room()->mutable_update());
      case MessageType::kPing: message->ping_t = At(Field::kT).text; return true;
      case MessageType::kAck: return DecodeAck(message);
      case MessageType::kOffer:
        return Peers(frame->mutable_signal()) &&
               Sdp(frame->mutable_signal()->mutable_offer()->mutable_sdp());
      case MessageType::kAnswer:
        return Peers(frame->mutable_signal()) &&
               Sdp(frame->mutable_signal()->mutable_answer()->mutable_sdp());
      case MessageType::kIceCandidate:
        return Peers(frame->mutable_signal()) &&
               DecodeCandidate(frame->mutable_signal()->mutable_ice_candidate());
      case MessageType::kReject:
        return Peers(frame->mutable_signal()) &&
               DecodeReject(frame->mutable_signal()->mutable_reject());
      case MessageType::kMessage: return DecodeAppMessage(frame->mutable_app());
      default: return true;  // bye has no fields, and no client's type is left
    }
  }

  bool DecodeHello(Hello* hello) {
    if (!Id(Field::kClientId, &hello->client_id) || !Metadata()) return false;
    hello->metadata.swap(reader_.fields().metadata);
    return true;
  }

  bool DecodeJoin(v1::Join* join) {
    if (!Has(Field::kRoom)) return Invalid(Field::kRoom, "is required");
    if (!Id(Field::kRoom, join->mutable_room()) || !Metadata()) return false;
    MoveMetadata(join->mutable_metadata());
    if (!Has(Field::kReplace)) return true;
    if (At(Field::kReplace).kind != Kind::kBool) {
      return Invalid(Field::kReplace, "must be true or false");
    }
    join->set_keep_existing(!At(Field::kReplace).boolean);
    return true;
  }

  bool DecodeUpdate(v1::Update* update) {
    if (!Has(Field::kMetadata)) return Invalid(Field::kMetadata, "is required");
    if (!Metadata()) return false;
    MoveMetadata(update->mutable_metadata());
    return true;
  }

  bool DecodeAck(ClientMessage* message) {
    if (!Has(Field::kSeq)) return Invalid(Field::kSeq, "is required");
    return Number(Field::kSeq, &message->ack_seq);
  }

  bool DecodeCandidate(v1::IceCandidate* candidate) {
    if (!Has(Field::kCandidate)) return Invalid(Field::kCandidate, "is required");
    if (!String(Field::kCandidate)) return false;
    candidate->set_candidate(At(Field::kCandidate).text);
    if (Has(Field::kSdpMid)) {
      if (!String(Field::kSdpMid)) return false;
      candidate->set_sdp_mid(At(Field::kSdpMid).text);
    }
    if (Has(Field::kUsernameFragment)) {
      if (!String(Field::kUsernameFragment)) return false;
      candidate->set_username_fragment(At(Field::kUsernameFragment).text);
    }
    if (!Has(Field::kSdpMLineIndex)) return true;
    const FieldValue& index = At(Field::kSdpMLineIndex);
    if (index.kind != Kind::kInteger || index.integer > kMaxMLineIndex) {
      return Invalid(Field::kSdpMLineIndex, "must be an integer from 0 to 65535");
    }
    candidate->set_sdp_m_line_index(static_cast<std::uint32_t>(index.integer));
    return true;
  }

  bool DecodeReject(v1::Reject* reject) {
    const FieldValue& value = At(Field::kReason);
    const std::optional<v1::Reject::Reason> reason =
        value.kind == Kind::kString ? RejectReason(value.text) : std::nullopt;
    if (!reason) return Invalid(Field::kReason, "must be busy, declined or unsupported");
    reject->set_reason(*reason);
    return true;
  }

  bool DecodeAppMessage(v1::AppMessage* app) {
    const FieldValue& data = At(Field::kData);
    if (data.kind == Kind::kAbsent) return Invalid(Field::kData, "is required");
    if (data.text.size() > limits_.max_app_message_bytes) {
      return Invalid(Field::kData,
                     absl::StrCat("has more than ", limits_.max_app_message_bytes, " bytes"));
    }
    app->set_data(data.text);
    return !Has(Field::kTo) || Id(Field::kTo, app->mutable_to());
  }

  bool Peers(v1::Signal* signal) {
    return (!Has(Field::kClientId) || Id(Field::kClientId, signal->mutable_client_id())) &&
           (!Has(Field::kTo) || Id(Field::kTo, signal->mutable_to()));
  }

  bool Sdp(std::string* sdp) {
    if (!Has(Field::kSdp)) return Invalid(Field::kSdp, "is required");
    if (!String(Field::kSdp)) return false;
    *sdp = At(Field::kSdp).text;
    return true;
  }

  bool String(Field field) {
    return At(field).kind == Kind::kString || Invalid(field, "must be a string");
  }

  // Where it is there.
  bool Id(Field field, std::string* id) {
    if (!Has(field)) return true;
    if (!String(field)) return false;
    if (!IsValidId(At(field).text)) {
      return Invalid(field, "must be 1 to 128 characters of [A-Za-z0-9._~:@-]");
    }
    *id = At(field).text;
    return true;
  }

  // Where it is there.
  bool Number(Field field, std::uint64_t* number) {
    if (!Has(field)) return true;
    const FieldValue& value = At(field);
    if (value.kind != Kind::kInteger || value.integer == 0 || value.integer > kMaxClientMessageId) {
      return Invalid(field, "must be an integer from 1 to 2^53-1");
    }
    *number = value.integer;
    return true;
  }

  // Where it is there.
  bool Metadata() {
    if (!Has(Field::kMetadata)) return true;
    if (At(Field::kMetadata).kind != Kind::kObject || !reader_.fields().metadata_is_valid) {
      return Invalid(Field::kMetadata, "must be an object of strings, each name once");
    }
    if (reader_.fields().metadata_bytes > limits_.max_metadata_bytes) {
      return Invalid(Field::kMetadata,
                     absl::StrCat("has more than ", limits_.max_metadata_bytes, " bytes"));
    }
    return true;
  }

  void MoveMetadata(google::protobuf::Map<std::string, std::string>* to) {
    for (auto& [key, value] : reader_.fields().metadata) (*to)[key] = std::move(value);
  }

  const Limits limits_;
  FieldReader reader_;
  DecodeFault* fault_ = nullptr;  // of the call that runs
};

Decoder::Decoder(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
Decoder::~Decoder() = default;

bool Decoder::Decode(std::string_view text, ClientMessage* message, v1::UpFrame* frame,
                     DecodeFault* fault) {
  return impl_->Decode(text, message, frame, fault);
}

}  // namespace signaling::gateway
