// A RoomService whose answers a test decides, on a real port.
#pragma once

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "services/common/address.h"
#include "signaling/v1/rooms.grpc.pb.h"

namespace signaling::ctl {

// As the service makes them.
inline grpc::Status Refusal(grpc::StatusCode code, const std::string& message,
                            const std::string& reason) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("signaling.v1");
  status.add_details()->PackFrom(info);
  return {code, message, status.SerializeAsString()};
}

// What a call is answered with; without one it is UNIMPLEMENTED.
class FakeService final : public signaling::v1::RoomService::Service {
 public:
  template <typename Request, typename Response>
  using Answer = std::function<grpc::Status(grpc::ServerContext&, const Request&, Response*)>;
  template <typename Request, typename Item>
  using Stream = std::function<grpc::Status(const Request&, grpc::ServerWriter<Item>*)>;

  Answer<signaling::v1::ListRoomsRequest, signaling::v1::ListRoomsResponse> list_rooms;
  Answer<signaling::v1::DeleteRoomRequest, signaling::v1::DeleteRoomResponse> delete_room;
  Answer<signaling::v1::ExplainSessionRequest, signaling::v1::ExplainSessionResponse>
      explain_session;
  Answer<signaling::v1::ExplainOfferRequest, signaling::v1::ExplainOfferResponse> explain_offer;
  Stream<signaling::v1::WatchEventsRequest, signaling::v1::WatchEventsResponse> watch_events;

  FakeService() { Listen("127.0.0.1:0"); }
  ~FakeService() override { Stop(); }

  int port() const { return port_; }
  std::string address() const { return HostPort("127.0.0.1", port_); }
  void Stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  grpc::Status ListRooms(grpc::ServerContext* call, const signaling::v1::ListRoomsRequest* request,
                         signaling::v1::ListRoomsResponse* response) override {
    return Take(list_rooms, call, request, response);
  }
  grpc::Status DeleteRoom(grpc::ServerContext* call,
                          const signaling::v1::DeleteRoomRequest* request,
                          signaling::v1::DeleteRoomResponse* response) override {
    return Take(delete_room, call, request, response);
  }
  grpc::Status ExplainSession(grpc::ServerContext* call,
                              const signaling::v1::ExplainSessionRequest* request,
                              signaling::v1::ExplainSessionResponse* response) override {
    return Take(explain_session, call, request, response);
  }
  grpc::Status ExplainOffer(grpc::ServerContext* call,
                            const signaling::v1::ExplainOfferRequest* request,
                            signaling::v1::ExplainOfferResponse* response) override {
    return Take(explain_offer, call, request, response);
  }
  grpc::Status WatchEvents(
      grpc::ServerContext*, const signaling::v1::WatchEventsRequest* request,
      grpc::ServerWriter<signaling::v1::WatchEventsResponse>* writer) override {
    return watch_events(*request, writer);
  }

 private:
  void Listen(const std::string& target) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(target, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  template <typename Function, typename Request, typename Response>
  static grpc::Status Take(const Function& answer, grpc::ServerContext* call,
                           const Request* request, Response* response) {
    if (!answer) return {grpc::StatusCode::UNIMPLEMENTED, ""};
    return answer(*call, *request, response);
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace signaling::ctl
