#include "services/signaling/engine/memory/memory_back_office.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/engine/memory/page.h"
#include "services/signaling/engine/memory/session_name.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

absl::Status RoomNotFound() {
  return Refusal(Reason::kRoomNotFound, "there is no such room", "room");
}

std::optional<std::uint64_t> ParseNumber(const std::string& text) {
  std::uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? std::optional(number) : std::nullopt;
}

v1::Session ToProto(const Session& session) {
  v1::Session out;
  out.set_name(NameOf(session.number));
  out.set_client_id(session.client_id);
  out.set_path(session.plain ? v1::SESSION_PATH_PLAIN : v1::SESSION_PATH_V1);
  out.set_state(!session.opened                  ? v1::SESSION_STATE_OPENING
                : session.holder.sink == nullptr ? v1::SESSION_STATE_DETACHED
                                                 : v1::SESSION_STATE_CONNECTED);
  if (session.room != nullptr) out.set_room(session.room->name());
  SetTime(session.opened_time, out.mutable_create_time());
  if (session.round_trip != absl::InfiniteDuration()) {
    SetDuration(session.round_trip, out.mutable_round_trip());
  }
  out.set_queued_events(static_cast<std::uint32_t>(session.outbox.size()));
  out.set_queued_bytes(session.outbox.bytes());
  out.set_remote_address(session.remote_address);
  return out;
}

}  // namespace

void MemoryBackOffice::CreateRoom(const v1::CreateRoomRequest& request,
                                  Reply<v1::CreateRoomResponse> reply) {
  using Result = absl::StatusOr<v1::CreateRoomResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::CreateRoomResponse>(request, [&]() -> Result {
      const std::string name = request.room().empty() ? NewRandomId() : request.room();
      const absl::StatusOr<Room*> room =
          state.rooms.Create(name, request.options(), Authority::kBackOffice, request.persistent());
      if (!room.ok()) return room.status();
      v1::CreateRoomResponse response;
      *response.mutable_room() = (*room)->ToProto();
      return response;
    });
  }));
}

void MemoryBackOffice::GetRoom(const v1::GetRoomRequest& request,
                               Reply<v1::GetRoomResponse> reply) {
  reply(engine_.Run([&](const MemoryState& state) -> absl::StatusOr<v1::GetRoomResponse> {
    const Room* room = state.rooms.Find(request.room());
    if (room == nullptr) return RoomNotFound();
    v1::GetRoomResponse response;
    *response.mutable_room() = room->ToProto();
    return response;
  }));
}

void MemoryBackOffice::ListRooms(const v1::ListRoomsRequest& request,
                                 Reply<v1::ListRoomsResponse> reply) {
  reply(engine_.Run([&](const MemoryState& state) -> absl::StatusOr<v1::ListRoomsResponse> {
    v1::ListRoomsResponse response;
    absl::StatusOr<std::string> next = ListPage<std::string>(
        "rooms:", request.page_token(), request.page_size(), state.rooms.by_name(),
        [](const std::string& name) { return std::optional(name); },
        [&](const Room& room) {
          *response.add_rooms() = room.ToProto();
          return response.rooms().rbegin()->ByteSizeLong();
        });
    if (!next.ok()) return next.status();
    response.set_next_page_token(*std::move(next));
    return response;
  }));
}

void MemoryBackOffice::UpdateRoom(const v1::UpdateRoomRequest& request,
                                  Reply<v1::UpdateRoomResponse> reply) {
  using Result = absl::StatusOr<v1::UpdateRoomResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::UpdateRoomResponse>(request, [&]() -> Result {
      Room* room = state.rooms.Find(request.room());
      if (room == nullptr) return RoomNotFound();
      if (absl::Status status = state.moderation.Update(room, request.options()); !status.ok()) {
        return status;
      }
      v1::UpdateRoomResponse response;
      *response.mutable_room() = room->ToProto();
      return response;
    });
  }));
}

void MemoryBackOffice::DeleteRoom(const v1::DeleteRoomRequest& request,
                                  Reply<v1::DeleteRoomResponse> reply) {
  using Result = absl::StatusOr<v1::DeleteRoomResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::DeleteRoomResponse>(request, [&]() -> Result {
      Room* room = state.rooms.Find(request.room());
      if (room == nullptr) return RoomNotFound();
      v1::DeleteRoomResponse response;
      response.set_ended_sessions(
          static_cast<std::uint32_t>(state.rooms.Close(room, request.reason())));
      return response;
    });
  }));
}

void MemoryBackOffice::ListParticipants(const v1::ListParticipantsRequest& request,
                                        Reply<v1::ListParticipantsResponse> reply) {
  reply(engine_.Run([&](const MemoryState& state) -> absl::StatusOr<v1::ListParticipantsResponse> {
    const Room* room = state.rooms.Find(request.room());
    if (room == nullptr) return RoomNotFound();
    v1::ListParticipantsResponse response;
    for (const Session* session : room->participants()) {
      *response.add_participants() = ParticipantView(*session, nullptr);
    }
    return response;
  }));
}

void MemoryBackOffice::RemoveParticipant(const v1::RemoveParticipantRequest& request,
                                         Reply<v1::RemoveParticipantResponse> reply) {
  using Result = absl::StatusOr<v1::RemoveParticipantResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::RemoveParticipantResponse>(request, [&]() -> Result {
      const absl::Duration ban =
          request.has_ban() ? FromProto(request.ban()).value_or(kDefaultBan) : kDefaultBan;
      const bool was_banned = state.rooms.bans().Has(request.room(), request.client_id());
      v1::RemoveParticipantResponse response;
      response.set_removed(
          state.moderation.Remove(request.room(), request.client_id(), ban, request.reason()));
      if (!response.removed() && ban == absl::ZeroDuration() && !was_banned) {
        return Refusal(Reason::kPeerUnavailable, "nobody there has this client_id", "client_id");
      }
      return response;
    });
  }));
}

void MemoryBackOffice::SendMessage(const v1::SendMessageRequest& request,
                                   Reply<v1::SendMessageResponse> reply) {
  using Result = absl::StatusOr<v1::SendMessageResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::SendMessageResponse>(request, [&]() -> Result {
      const Room* room = state.rooms.Find(request.room());
      if (room == nullptr) return RoomNotFound();
      v1::DownFrame event;
      event.mutable_app()->set_data(request.data());
      v1::SendMessageResponse response;
      if (request.client_id().empty()) {
        response.set_receivers(
            static_cast<std::uint32_t>(state.router.Broadcast(*room, event, nullptr)));
        return response;
      }
      Session* receiver = room->Find(request.client_id());
      if (receiver == nullptr) {
        return Refusal(Reason::kPeerUnavailable, "nobody there has this client_id", "client_id");
      }
      state.delivery.Send(receiver, std::move(event));
      response.set_receivers(1);
      return response;
    });
  }));
}

void MemoryBackOffice::GetOffer(const v1::GetOfferRequest& request,
                                Reply<v1::GetOfferResponse> reply) {
  reply(engine_.Run([&](MemoryState& state) -> absl::StatusOr<v1::GetOfferResponse> {
    const StoredOffer* offer = state.offers.Find(request.offer_id());
    if (offer == nullptr) {
      return Refusal(Reason::kOfferNotFound, "there is no such offer", "offer_id");
    }
    v1::GetOfferResponse response;
    *response.mutable_offer() = state.offers.ToProto(*offer);
    return response;
  }));
}

void MemoryBackOffice::ListOffers(const v1::ListOffersRequest& request,
                                  Reply<v1::ListOffersResponse> reply) {
  reply(engine_.Run([&](const MemoryState& state) -> absl::StatusOr<v1::ListOffersResponse> {
    v1::ListOffersResponse response;
    absl::StatusOr<std::string> next = ListPage<std::uint64_t>(
        "offers:", request.page_token(), request.page_size(), state.offers.in_order(), ParseNumber,
        [&](const StoredOffer& offer) {
          if (HasEnded(offer) ||
              (!request.client_id().empty() && offer.maker_name != request.client_id())) {
            return std::size_t{0};
          }
          *response.add_offers() = state.offers.ToProto(offer);
          return response.offers().rbegin()->ByteSizeLong();
        });
    if (!next.ok()) return next.status();
    response.set_next_page_token(*std::move(next));
    return response;
  }));
}

void MemoryBackOffice::DeleteOffer(const v1::DeleteOfferRequest& request,
                                   Reply<v1::DeleteOfferResponse> reply) {
  using Result = absl::StatusOr<v1::DeleteOfferResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::DeleteOfferResponse>(request, [&]() -> Result {
      StoredOffer* offer = state.offers.Find(request.offer_id());
      if (offer == nullptr || HasEnded(*offer)) {
        return Refusal(Reason::kOfferNotFound, "there is no such offer, or none any more",
                       "offer_id");
      }
      state.offers.End(offer, v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_DELETED);
      return v1::DeleteOfferResponse();
    });
  }));
}

void MemoryBackOffice::ListSessions(const v1::ListSessionsRequest& request,
                                    Reply<v1::ListSessionsResponse> reply) {
  reply(engine_.Run([&](const MemoryState& state) -> absl::StatusOr<v1::ListSessionsResponse> {
    v1::ListSessionsResponse response;
    absl::StatusOr<std::string> next = ListPage<std::uint64_t>(
        "sessions:", request.page_token(), request.page_size(), state.sessions, ParseNumber,
        [&](const Session& session) {
          const bool elsewhere =
              !request.room().empty() &&
              (session.room == nullptr || session.room->name() != request.room());
          if (elsewhere ||
              (!request.client_id().empty() && session.client_id != request.client_id())) {
            return std::size_t{0};
          }
          *response.add_sessions() = ToProto(session);
          return response.sessions().rbegin()->ByteSizeLong();
        });
    if (!next.ok()) return next.status();
    response.set_next_page_token(*std::move(next));
    return response;
  }));
}

void MemoryBackOffice::EndSession(const v1::EndSessionRequest& request,
                                  Reply<v1::EndSessionResponse> reply) {
  using Result = absl::StatusOr<v1::EndSessionResponse>;
  reply(engine_.Run([&](MemoryState& state) {
    return state.requests.Once<v1::EndSessionResponse>(request, [&]() -> Result {
      const std::optional<std::uint64_t> number = ParseSessionName(request.name());
      const auto found = number ? state.sessions.find(*number) : state.sessions.end();
      if (found == state.sessions.end()) {
        return Refusal(Reason::kSessionNotFound, "there is no such session", "name");
      }
      state.delivery.End(found->second, v1::LEAVE_REASON_KICKED,
                         MakeClosed(Reason::kKicked, request.reason()));
      return v1::EndSessionResponse();
    });
  }));
}

void MemoryBackOffice::ExplainSession(const v1::ExplainSessionRequest& request,
                                      Reply<v1::ExplainSessionResponse> reply) {
  reply(engine_.ExplainSession(request));
}

void MemoryBackOffice::ExplainOffer(const v1::ExplainOfferRequest& request,
                                    Reply<v1::ExplainOfferResponse> reply) {
  reply(engine_.Run([&](MemoryState& state) -> absl::StatusOr<v1::ExplainOfferResponse> {
    const StoredOffer* offer = state.offers.Find(request.offer_id());
    const EndedHistories::Life* ended =
        state.chronicle.ended_offers().FindOffer(request.offer_id());
    if (offer == nullptr && ended == nullptr) {
      return Refusal(Reason::kOfferNotFound, "there is no such offer, or its end is long ago",
                     "offer_id");
    }
    v1::ExplainOfferResponse response;
    if (offer != nullptr) *response.mutable_offer() = state.offers.ToProto(*offer);
    if (offer != nullptr && !HasEnded(*offer)) {
      *response.mutable_history() = offer->history.ToProto(/*live=*/true);
    } else if (ended != nullptr) {
      *response.mutable_history() = ended->history.ToProto(/*live=*/false);
    }
    return response;
  }));
}

absl::StatusOr<std::uint64_t> MemoryBackOffice::Watch(const std::string& cursor, EventSink* sink) {
  return engine_.Run([&](MemoryState& state) { return state.log.Watch(cursor, sink); });
}

absl::Status MemoryBackOffice::ReadEvents(std::uint64_t after, std::size_t max,
                                          std::vector<v1::WatchEventsResponse>* events) {
  return engine_.Run([&](const MemoryState& state) { return state.log.Read(after, max, events); });
}

std::string MemoryBackOffice::CursorOf(std::uint64_t number) {
  return engine_.Run([&](const MemoryState& state) { return state.log.CursorOf(number); });
}

void MemoryBackOffice::Unwatch(EventSink* sink) {
  engine_.Run([&](MemoryState& state) {
    state.log.Unwatch(sink);
    return true;
  });
}

}  // namespace signaling
