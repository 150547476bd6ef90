// RoomService's side of MemoryEngine.
#pragma once

#include <string>
#include <vector>

#include "services/signaling/engine/back_office.h"

namespace signaling {

class MemoryEngine;
struct MemoryState;

// Thread-safe; owned by its engine. Replies before the call returns.
class MemoryBackOffice final : public BackOffice {
 public:
  explicit MemoryBackOffice(MemoryEngine& engine) : engine_(engine) {}

  void CreateRoom(const signaling::v1::CreateRoomRequest& request,
                  Reply<signaling::v1::CreateRoomResponse> reply) override;
  void GetRoom(const signaling::v1::GetRoomRequest& request,
               Reply<signaling::v1::GetRoomResponse> reply) override;
  void ListRooms(const signaling::v1::ListRoomsRequest& request,
                 Reply<signaling::v1::ListRoomsResponse> reply) override;
  void UpdateRoom(const signaling::v1::UpdateRoomRequest& request,
                  Reply<signaling::v1::UpdateRoomResponse> reply) override;
  void DeleteRoom(const signaling::v1::DeleteRoomRequest& request,
                  Reply<signaling::v1::DeleteRoomResponse> reply) override;
  void ListParticipants(const signaling::v1::ListParticipantsRequest& request,
                        Reply<signaling::v1::ListParticipantsResponse> reply) override;
  void RemoveParticipant(const signaling::v1::RemoveParticipantRequest& request,
                         Reply<signaling::v1::RemoveParticipantResponse> reply) override;
  void SendMessage(const signaling::v1::SendMessageRequest& request,
                   Reply<signaling::v1::SendMessageResponse> reply) override;
  void GetOffer(const signaling::v1::GetOfferRequest& request,
                Reply<signaling::v1::GetOfferResponse> reply) override;
  void ListOffers(const signaling::v1::ListOffersRequest& request,
                  Reply<signaling::v1::ListOffersResponse> reply) override;
  void DeleteOffer(const signaling::v1::DeleteOfferRequest& request,
                   Reply<signaling::v1::DeleteOfferResponse> reply) override;
  void ListSessions(const signaling::v1::ListSessionsRequest& request,
                    Reply<signaling::v1::ListSessionsResponse> reply) override;
  void EndSession(const signaling::v1::EndSessionRequest& request,
                  Reply<signaling::v1::EndSessionResponse> reply) override;
  void ExplainSession(const signaling::v1::ExplainSessionRequest& request,
                      Reply<signaling::v1::ExplainSessionResponse> reply) override;
  void ExplainOffer(const signaling::v1::ExplainOfferRequest& request,
                    Reply<signaling::v1::ExplainOfferResponse> reply) override;

  absl::StatusOr<std::uint64_t> Watch(const std::string& cursor, EventSink* sink) override;
  absl::Status ReadEvents(std::uint64_t after, std::size_t max,
                          std::vector<signaling::v1::WatchEventsResponse>* events) override;
  std::string CursorOf(std::uint64_t number) override;
  void Unwatch(EventSink* sink) override;

 private:
  MemoryEngine& engine_;
};

}  // namespace signaling
