#include "gateway/codec/decoder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/codec/field_check.h"
#include "gateway/codec/field_reader.h"
#include "gateway/codec/offer_decoder.h"
#include "gateway/codec/report_decoder.h"
#include "gateway/codec/room_decoder.h"
#include "services/common/ids.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using Kind = FieldValue::Kind;

constexpr std::size_t kMaxEchoedType = 16;

bool IsNumbered(MessageType type) {
  switch (type) {
    case MessageType::kHello:
    case MessageType::kAck:
    case MessageType::kPing:
    case MessageType::kBye:
    case MessageType::kRefresh:
    case MessageType::kReport: return false;
    default: return true;
  }
}

// Only what looks like a type's name, and is too short for anything else, goes back and into the log: the text is the
// client's.
std::string UnknownType(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= kMaxEchoedType &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return plain ? absl::StrCat("no message has the type ", Absl(name)) : "no message has this type";
}

}  // namespace

// What every message has, and which fields its type needs.
class Decoder::Impl {
 public:
  explicit Impl(Limits limits)
      : limits_(limits),
        reader_({limits.max_depth, limits.max_metadata_bytes}),
        nested_({limits.max_depth, limits.max_metadata_bytes}) {}

  bool Decode(std::string_view text, ClientMessage* message, v1::UpFrame* frame,
              DecodeFault* fault) {
    *message = ClientMessage();
    *fault = DecodeFault();
    frame->clear_body();
    fault->message = reader_.Read(text);
    if (!fault->message.empty()) {
      fault->reason = Reason::kInvalidJson;
      return false;
    }
    // Any other fault is an invalid message.
    FieldCheck check(reader_, fault->message);
    if (DecodeHead(check, message, fault) && DecodeBody(check, message, frame)) return true;
    frame->clear_body();
    return false;
  }

 private:
  // What every message may have: `type`, `id`, `ack`.
  bool DecodeHead(FieldCheck& check, ClientMessage* message, DecodeFault* fault) {
    const std::optional<Field> duplicate = reader_.fields().duplicate;
    if (duplicate == Field::kType || duplicate == Field::kId) {
      return check.Refuse(*duplicate, "is there twice");
    }
    if (check[Field::kType].kind != Kind::kString) {
      return check.Refuse(Field::kType, "must be a string");
    }
    const std::string& name = check[Field::kType].text;
    const std::optional<MessageType> type = ClientMessageType(name);
    if (!type || IsNumbered(*type)) {
      fault->numbered = true;
      if (!check.Number(Field::kId, &message->id)) return false;
      fault->id = message->id;
    }
    if (!type) {
      // Whether a later version numbers it, only its id can say.
      fault->numbered = message->id != 0;
      fault->reason = Reason::kUnknownType;
      fault->message = UnknownType(name);
      return false;
    }
    message->type = *type;
    if (duplicate) return check.Refuse(*duplicate, "is there twice");
    return check.Number(Field::kAck, &message->ack_seq);
  }

  bool DecodeBody(FieldCheck& check, ClientMessage* message, v1::UpFrame* frame) {
    switch (message->type) {
      case MessageType::kHello: return DecodeHello(check, &message->hello);
      case MessageType::kPing: message->ping_t = check[Field::kT].text; return true;
      case MessageType::kAck:
        return check.Require(Field::kSeq) && check.Number(Field::kSeq, &message->ack_seq);
      case MessageType::kOffer:
      case MessageType::kAnswer:
      case MessageType::kIceCandidate:
      case MessageType::kReject: return DecodeSignal(check, message->type, frame->mutable_signal());
      case MessageType::kMessage: return DecodeAppMessage(check, frame->mutable_app());
      case MessageType::kJoin:
        return DecodeJoin(check, nested_, frame->mutable_room()->mutable_join());
      case MessageType::kLeave: frame->mutable_room()->mutable_leave(); return true;
      case MessageType::kUpdate:
        return DecodeUpdate(check, frame->mutable_room()->mutable_update());
      case MessageType::kCreateOffer:
        return DecodeCreateOffer(check, nested_, frame->mutable_offer()->mutable_create());
      case MessageType::kClaimOffer:
        return DecodeOfferId(check, frame->mutable_offer()->mutable_claim()->mutable_offer_id());
      case MessageType::kWithdrawOffer:
        return DecodeOfferId(check, frame->mutable_offer()->mutable_withdraw()->mutable_offer_id());
      case MessageType::kKick: return DecodeKick(check, frame->mutable_moderate()->mutable_kick());
      case MessageType::kLock: return DecodeLock(check, frame->mutable_moderate()->mutable_lock());
      case MessageType::kCloseRoom:
        return DecodeCloseRoom(check, frame->mutable_moderate()->mutable_close_room());
      case MessageType::kAdmit:
        return DecodeAdmit(check, frame->mutable_moderate()->mutable_admit());
      case MessageType::kRefresh: return DecodeRefresh(check, frame->mutable_refresh());
      case MessageType::kReport: return DecodeReport(check, frame->mutable_report());
      default: return true;  // bye has no fields, and no client's type is left
    }
  }

  bool DecodeHello(FieldCheck& check, Hello* hello) {
    if (!check.Id(Field::kClientId, &hello->client_id) || !DecodeToken(check, &hello->token) ||
        !check.Metadata()) {
      return false;
    }
    hello->metadata.swap(reader_.fields().metadata);
    if (!check.Has(Field::kResume)) return true;
    const FieldValue& resume = check[Field::kResume];
    if (resume.kind != Kind::kObject) return check.Refuse(Field::kResume, "must be an object");
    FieldCheck within(nested_, check.problem(), "resume.");
    return within.Read(resume.text) && DecodeResume(within, &hello->resume.emplace());
  }

  // Whether it is good is the service's to say. No copy of it stays here.
  bool DecodeToken(FieldCheck& check, std::string* token) {
    if (!check.Text(Field::kToken, [](const std::string&) {})) return false;
    if (!check.Has(Field::kToken)) return true;
    if (check[Field::kToken].text.size() > kMaxTokenBytes) {
      return check.Refuse(Field::kToken, absl::StrCat("has more than ", kMaxTokenBytes, " bytes"));
    }
    *token = std::exchange(reader_.fields()[Field::kToken].text, {});
    return true;
  }

  bool DecodeRefresh(FieldCheck& check, v1::Refresh* refresh) {
    return check.Require(Field::kToken) && DecodeToken(check, refresh->mutable_token()) &&
           (!refresh->token().empty() || check.Refuse(Field::kToken, "is empty"));
  }

  static bool DecodeSecret(FieldCheck& check, Field field, std::string* secret) {
    if (!check.Require(field) ||
        !check.Text(field, [secret](const std::string& text) { *secret = text; })) {
      return false;
    }
    return secret->size() <= kMaxIdLength ||
           check.Refuse(field, absl::StrCat("has more than ", kMaxIdLength, " bytes"));
  }

  static bool DecodeResume(FieldCheck& check, v1::Resume* resume) {
    // Whether there is such a session, and whether the token is its, is the service's to say.
    return DecodeSecret(check, Field::kSessionId, resume->mutable_session_id()) &&
           DecodeSecret(check, Field::kResumeToken, resume->mutable_token()) &&
           check.Require(Field::kLastSeq) &&
           check.Integer(Field::kLastSeq, kMaxClientMessageId,
                         [resume](std::uint64_t seq) { resume->set_last_seq(seq); });
  }

  bool DecodeAppMessage(FieldCheck& check, v1::AppMessage* app) {
    const FieldValue& data = check[Field::kData];
    if (data.kind == Kind::kAbsent) return check.Refuse(Field::kData, "is required");
    if (data.text.size() > limits_.max_app_message_bytes) {
      return check.Refuse(Field::kData,
                          absl::StrCat("has more than ", limits_.max_app_message_bytes, " bytes"));
    }
    app->set_data(data.text);
    return !check.Has(Field::kTo) || check.Id(Field::kTo, app->mutable_to());
  }

  const Limits limits_;
  FieldReader reader_;
  FieldReader nested_;  // for objects within a message
};

Decoder::Decoder(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
Decoder::~Decoder() = default;

bool Decoder::Decode(std::string_view text, ClientMessage* message, v1::UpFrame* frame,
                     DecodeFault* fault) {
  return impl_->Decode(text, message, frame, fault);
}

}  // namespace signaling::gateway
