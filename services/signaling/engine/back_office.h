// What RoomService asks of the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling {

// Called exactly once, before the call that it was given to returns or later, from any thread, with no lock held.
// Statuses are made by Refusal (core/errors.h).
template <typename Response>
using Reply = std::function<void(absl::StatusOr<Response>)>;

// A watcher of events. Enqueue-only: called with the engine's locks held, from any thread, it must neither block nor
// call the engine.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // There are events to read.
  virtual void OnEvents() = 0;
};

// Thread-safe. Each call is atomic. Requests are acceptable (core/requests.h); what their fields mean, and which
// refusals a call can get, is in rooms.proto.
class BackOffice {
 public:
  virtual ~BackOffice() = default;

  virtual void CreateRoom(const signaling::v1::CreateRoomRequest& request,
                          Reply<signaling::v1::CreateRoomResponse> reply) = 0;
  virtual void GetRoom(const signaling::v1::GetRoomRequest& request,
                       Reply<signaling::v1::GetRoomResponse> reply) = 0;
  virtual void ListRooms(const signaling::v1::ListRoomsRequest& request,
                         Reply<signaling::v1::ListRoomsResponse> reply) = 0;
  virtual void UpdateRoom(const signaling::v1::UpdateRoomRequest& request,
                          Reply<signaling::v1::UpdateRoomResponse> reply) = 0;
  virtual void DeleteRoom(const signaling::v1::DeleteRoomRequest& request,
                          Reply<signaling::v1::DeleteRoomResponse> reply) = 0;
  virtual void ListParticipants(const signaling::v1::ListParticipantsRequest& request,
                                Reply<signaling::v1::ListParticipantsResponse> reply) = 0;
  virtual void RemoveParticipant(const signaling::v1::RemoveParticipantRequest& request,
                                 Reply<signaling::v1::RemoveParticipantResponse> reply) = 0;
  virtual void SendMessage(const signaling::v1::SendMessageRequest& request,
                           Reply<signaling::v1::SendMessageResponse> reply) = 0;
  virtual void GetOffer(const signaling::v1::GetOfferRequest& request,
                        Reply<signaling::v1::GetOfferResponse> reply) = 0;
  virtual void ListOffers(const signaling::v1::ListOffersRequest& request,
                          Reply<signaling::v1::ListOffersResponse> reply) = 0;
  virtual void DeleteOffer(const signaling::v1::DeleteOfferRequest& request,
                           Reply<signaling::v1::DeleteOfferResponse> reply) = 0;
  virtual void ListSessions(const signaling::v1::ListSessionsRequest& request,
                            Reply<signaling::v1::ListSessionsResponse> reply) = 0;
  virtual void EndSession(const signaling::v1::EndSessionRequest& request,
                          Reply<signaling::v1::EndSessionResponse> reply) = 0;
  virtual void ExplainSession(const signaling::v1::ExplainSessionRequest& request,
                              Reply<signaling::v1::ExplainSessionResponse> reply) = 0;
  virtual void ExplainOffer(const signaling::v1::ExplainOfferRequest& request,
                            Reply<signaling::v1::ExplainOfferResponse> reply) = 0;

  // From the cursor on, or from now where it is empty: the number of the last event before. OnEvents is called from now
  // on, at least once after each event that ReadEvents has not given. CURSOR_EXPIRED: `sink` is not kept.
  virtual absl::StatusOr<std::uint64_t> Watch(const std::string& cursor, EventSink* sink) = 0;

  // Appends at most `max` events after number `after`, in order, each numbered one more than the one before.
  // CURSOR_EXPIRED: they are not in the log any more.
  virtual absl::Status ReadEvents(std::uint64_t after, std::size_t max,
                                  std::vector<signaling::v1::WatchEventsResponse>* events) = 0;

  // The cursor behind the event of this number.
  virtual std::string CursorOf(std::uint64_t number) = 0;

  // When it returned, the sink is called no more.
  virtual void Unwatch(EventSink* sink) = 0;
};

}  // namespace signaling
