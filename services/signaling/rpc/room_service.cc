#include "services/signaling/rpc/room_service.h"

#include "services/signaling/rpc/unary_call.h"
#include "services/signaling/rpc/watch.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class RoomService final : public v1::RoomService::CallbackService {
 public:
  explicit RoomService(const StreamContext& context) : context_(context) {}

 private:
  using Call = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* CreateRoom(Call* call, const v1::CreateRoomRequest* request,
                      v1::CreateRoomResponse* response) override {
    return Run(&BackOffice::CreateRoom, call, request, response);
  }
  Reactor* GetRoom(Call* call, const v1::GetRoomRequest* request,
                   v1::GetRoomResponse* response) override {
    return Run(&BackOffice::GetRoom, call, request, response);
  }
  Reactor* ListRooms(Call* call, const v1::ListRoomsRequest* request,
                     v1::ListRoomsResponse* response) override {
    return Run(&BackOffice::ListRooms, call, request, response);
  }
  Reactor* UpdateRoom(Call* call, const v1::UpdateRoomRequest* request,
                      v1::UpdateRoomResponse* response) override {
    return Run(&BackOffice::UpdateRoom, call, request, response);
  }
  Reactor* DeleteRoom(Call* call, const v1::DeleteRoomRequest* request,
                      v1::DeleteRoomResponse* response) override {
    return Run(&BackOffice::DeleteRoom, call, request, response);
  }
  Reactor* ListParticipants(Call* call, const v1::ListParticipantsRequest* request,
                            v1::ListParticipantsResponse* response) override {
    return Run(&BackOffice::ListParticipants, call, request, response);
  }
  Reactor* RemoveParticipant(Call* call, const v1::RemoveParticipantRequest* request,
                             v1::RemoveParticipantResponse* response) override {
    return Run(&BackOffice::RemoveParticipant, call, request, response);
  }
  Reactor* SendMessage(Call* call, const v1::SendMessageRequest* request,
                       v1::SendMessageResponse* response) override {
    return Run(&BackOffice::SendMessage, call, request, response);
  }
  Reactor* GetOffer(Call* call, const v1::GetOfferRequest* request,
                    v1::GetOfferResponse* response) override {
    return Run(&BackOffice::GetOffer, call, request, response);
  }
  Reactor* ListOffers(Call* call, const v1::ListOffersRequest* request,
                      v1::ListOffersResponse* response) override {
    return Run(&BackOffice::ListOffers, call, request, response);
  }
  Reactor* DeleteOffer(Call* call, const v1::DeleteOfferRequest* request,
                       v1::DeleteOfferResponse* response) override {
    return Run(&BackOffice::DeleteOffer, call, request, response);
  }
  Reactor* ListSessions(Call* call, const v1::ListSessionsRequest* request,
                        v1::ListSessionsResponse* response) override {
    return Run(&BackOffice::ListSessions, call, request, response);
  }
  Reactor* EndSession(Call* call, const v1::EndSessionRequest* request,
                      v1::EndSessionResponse* response) override {
    return Run(&BackOffice::EndSession, call, request, response);
  }
  Reactor* ExplainSession(Call* call, const v1::ExplainSessionRequest* request,
                          v1::ExplainSessionResponse* response) override {
    return Run(&BackOffice::ExplainSession, call, request, response);
  }
  Reactor* ExplainOffer(Call* call, const v1::ExplainOfferRequest* request,
                        v1::ExplainOfferResponse* response) override {
    return Run(&BackOffice::ExplainOffer, call, request, response);
  }

  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      Call* call, const v1::WatchEventsRequest* request) override {
    return WatchWriter::Start(MakeWatch(context_, call, request->cursor()));
  }

  template <typename Request, typename Response>
  Reactor* Run(void (BackOffice::*method)(const Request&, Reply<Response>), Call* call,
               const Request* request, Response* response) {
    return UnaryCall<Request, Response>::Start(context_, method, call, request, response);
  }

  const StreamContext& context_;
};

}  // namespace

std::unique_ptr<v1::RoomService::CallbackService> MakeRoomService(const StreamContext& context) {
  return std::make_unique<RoomService>(context);
}

}  // namespace signaling
