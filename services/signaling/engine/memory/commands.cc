#include "services/signaling/engine/memory/commands.h"

#include <utility>

#include "services/signaling/core/access.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

}  // namespace

Commands::Outcome Commands::Execute(Session* session, v1::UpFrame* frame) {
  switch (frame->body_case()) {
    case v1::UpFrame::kRoom: return ExecuteRoom(session, frame);
    case v1::UpFrame::kSignal: return Signal(session, frame);
    case v1::UpFrame::kApp:
      if (session->room == nullptr) {
        Refuse(session, frame->id(), Refusal(Reason::kNotInRoom, "join a room first"));
      } else {
        state_.router.App(session, frame);
      }
      return {};
    case v1::UpFrame::kOffer: Offer(session, frame); return {};
    case v1::UpFrame::kModerate: state_.moderation.Execute(session, *frame); return {};
    case v1::UpFrame::kRefused:
      state_.delivery.Refuse(session, frame->id(), static_cast<Reason>(frame->refused().reason()),
                             frame->refused().message());
      return {};
    default: return {};
  }
}

void Commands::Refuse(Session* session, std::uint64_t id, const absl::Status& refusal) {
  state_.delivery.Refuse(session, id, refusal);
}

Commands::Outcome Commands::ExecuteRoom(Session* session, v1::UpFrame* frame) {
  switch (frame->room().command_case()) {
    case v1::RoomCommand::kJoin: return Join(session, *frame);
    case v1::RoomCommand::kLeave: return Leave(session, *frame);
    case v1::RoomCommand::kUpdate: Update(session, frame); return {};
    case v1::RoomCommand::COMMAND_NOT_SET: break;
  }
  return {};
}

void Commands::Update(Session* session, v1::UpFrame* frame) {
  Metadata& metadata = *frame->mutable_room()->mutable_update()->mutable_metadata();
  if (absl::Status status = AddMetadata(session->identity, &metadata); !status.ok()) {
    return Refuse(session, frame->id(), status);
  }
  session->metadata.swap(metadata);
  state_.rooms.TellUpdated(session, session->client_id);
}

Commands::Outcome Commands::Join(Session* session, const v1::UpFrame& frame) {
  const v1::Join& join = frame.room().join();
  Rooms& rooms = state_.rooms;
  if (session->room != nullptr || session->knocking != nullptr) {
    state_.delivery.Refuse(session, frame.id(),
                           Refusal(Reason::kAlreadyInRoom, "leave the room first: one at a time"),
                           join.room());
    return {};
  }
  const Rooms::Admission admission = rooms.Admit(*session, join.room());
  absl::Status refusal = admission.refusal;
  if (refusal.ok() && admission.rival != nullptr) {
    if (!join.keep_existing()) return {.rival = admission.rival};
    refusal = Refusal(Reason::kClientIdTaken, "another session is here under this client_id");
  }
  Metadata metadata = join.metadata();
  if (refusal.ok() && !metadata.empty()) refusal = AddMetadata(session->identity, &metadata);
  if (refusal.ok()) {
    const auto accept = [&] {
      if (!metadata.empty()) session->metadata.swap(metadata);
    };
    if (admission.must_knock) {
      refusal = rooms.Knock(session, rooms.Find(join.room()), frame.id());
      if (refusal.ok()) return accept(), Outcome{};
    } else {
      const absl::StatusOr<Room*> seat = rooms.TakeSeat(session, join.room(), join.options());
      if (seat.ok()) {
        accept();
        v1::DownFrame answer;
        *answer.mutable_room()->mutable_joined() = (*seat)->ViewOf(*session);
        state_.delivery.Answer(session, frame.id(), std::move(answer));
        rooms.Announce(session);
        return {};
      }
      refusal = seat.status();
    }
  }
  state_.delivery.Refuse(session, frame.id(), refusal, join.room());
  return {};
}

Commands::Outcome Commands::Leave(Session* session, const v1::UpFrame& frame) {
  if (session->room == nullptr && session->knocking == nullptr) {
    Refuse(session, frame.id(), Refusal(Reason::kNotInRoom, "there is no room to leave"));
    return {};
  }
  // The name that it may take is the one it has in the room that it opened into.
  session->may_adopt = false;
  state_.rooms.StopKnocking(session);
  state_.rooms.FreeSeat(session, v1::LEAVE_REASON_LEFT);
  v1::DownFrame answer;
  answer.mutable_room()->mutable_left()->set_reason(v1::LEAVE_REASON_LEFT);
  state_.delivery.Answer(session, frame.id(), std::move(answer));
  return {.gave_up_name = true};
}

void Commands::Offer(Session* session, v1::UpFrame* frame) {
  // What is its own it may always take back.
  if (const absl::Status status = MayOffer(session->identity);
      !status.ok() && !frame->offer().has_withdraw()) {
    return Refuse(session, frame->id(), status);
  }
  switch (frame->offer().command_case()) {
    case v1::OfferCommand::kCreate: return state_.mailbox.Create(session, frame);
    case v1::OfferCommand::kClaim: return state_.mailbox.Claim(session, *frame);
    case v1::OfferCommand::kWithdraw: return state_.mailbox.Withdraw(session, *frame);
    case v1::OfferCommand::COMMAND_NOT_SET: return;
  }
}

Commands::Outcome Commands::Signal(Session* session, v1::UpFrame* frame) {
  const bool by_offer = !frame->signal().offer_id().empty();
  if (!by_offer && session->room == nullptr) {
    Refuse(session, frame->id(), Refusal(Reason::kNotInRoom, "join a room first"));
    return {};
  }
  const std::string& named = frame->signal().client_id();
  const bool may_adopt = session->may_adopt;
  if (!named.empty() && named != session->client_id) {
    if (!may_adopt) {
      Refuse(session, frame->id(),
             Refusal(Reason::kClientIdMismatch, "client_id is not this session's"));
      return {};
    }
    if (Session* rival = Adopt(session, named)) return {.rival = rival};
    if (session->ending) return {};
  }
  if (!named.empty()) session->may_adopt = false;
  if (by_offer) {
    state_.mailbox.Signal(session, frame);
  } else {
    state_.router.Signal(session, frame);
  }
  return {.gave_up_name = may_adopt && !session->may_adopt};
}

Session* Commands::Adopt(Session* session, const std::string& client_id) {
  if (state_.rooms.bans().Has(session->room->name(), client_id)) {
    state_.delivery.End(session, v1::LEAVE_REASON_KICKED,
                        MakeClosed(Reason::kBanned, "this client_id was removed from the room"));
    state_.rooms.FreeSeat(session, v1::LEAVE_REASON_KICKED);
    return nullptr;
  }
  if (Session* rival = session->room->Find(client_id)) return rival;
  const std::string before = std::exchange(session->client_id, client_id);
  state_.offers.Renamed(session);
  state_.rooms.TellUpdated(session, before);
  return nullptr;
}

}  // namespace signaling
