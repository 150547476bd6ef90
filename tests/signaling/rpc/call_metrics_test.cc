// grpc_server_*, over real sockets.
#include <arpa/inet.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <utility>

#include "signaling/v1/rooms.grpc.pb.h"
#include "tests/signaling/rpc/office_fixture.h"
#include "tests/signaling/rpc/samples.h"
#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kRooms[] = "signaling.v1.RoomService";
constexpr char kSignaling[] = "signaling.v1.SignalingService";

LabelMap Of(const std::string& type, const std::string& service, const std::string& method) {
  return {{"grpc_type", type}, {"grpc_service", service}, {"grpc_method", method}};
}

LabelMap With(LabelMap labels, const std::string& code) {
  labels["grpc_code"] = code;
  return labels;
}

class CallMetricsTest : public ServiceTest {
 protected:
  std::optional<std::uint64_t> Started(const LabelMap& of) {
    return Sample(registry_, "grpc_server_started_total", of);
  }
  std::optional<std::uint64_t> Handled(const LabelMap& of, const std::string& code) {
    return Sample(registry_, "grpc_server_handled_total", With(of, code));
  }
  std::optional<std::uint64_t> Received(const LabelMap& of) {
    return Sample(registry_, "grpc_server_msg_received_total", of);
  }
  std::optional<std::uint64_t> Sent(const LabelMap& of) {
    return Sample(registry_, "grpc_server_msg_sent_total", of);
  }
  std::optional<std::uint64_t> Timed(const LabelMap& of) {
    return Sample(registry_, "grpc_server_handling_seconds", of);
  }
  // Clients may see the status before it is counted.
  void AwaitHandled(const LabelMap& of, const std::string& code, std::uint64_t count) {
    Await([&] { return Handled(of, code) == count; });
  }

  grpc::Status GetRoom(const std::string& room) {
    grpc::ClientContext context;
    context.set_deadline(TestDeadline());
    v1::GetRoomRequest request;
    request.set_room(room);
    v1::GetRoomResponse response;
    return v1::RoomService::NewStub(channel_)->GetRoom(&context, request, &response);
  }

  // A call of whatever method.
  grpc::Status CallPath(const std::string& path) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(TestDeadline());
    grpc::CompletionQueue queue;
    const grpc::Slice nothing;
    const grpc::ByteBuffer empty(&nothing, 1);
    const auto call = stub.PrepareUnaryCall(&context, path, empty, &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) continue;
    return status;
  }
};

TEST_F(CallMetricsTest, EveryMethodHasItsSeriesFromTheStart) {
  int methods = 0;
  for (const char* name : {kRooms, kSignaling}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    ASSERT_NE(service, nullptr);
    for (int i = 0; i < service->method_count(); ++i, ++methods) {
      const auto& method = *service->method(i);
      const bool unary = !method.client_streaming() && !method.server_streaming();
      const LabelMap of = Of(unary                       ? "unary"
                             : method.client_streaming() ? "bidi_stream"
                                                         : "server_stream",
                             name, method.name());
      EXPECT_EQ(Started(of), 0u) << method.full_name();
      EXPECT_EQ(Handled(of, "OK"), 0u) << method.full_name();
      EXPECT_EQ(Received(of), 0u) << method.full_name();
      EXPECT_EQ(Sent(of), 0u) << method.full_name();
      EXPECT_EQ(Timed(of).has_value(), unary) << method.full_name();
    }
  }
  EXPECT_GE(methods, 18);
  EXPECT_EQ(Started(Of("unary", "grpc.health.v1.Health", "Check")), 0u);
  EXPECT_EQ(Started(Of("bidi_stream", "unknown", "unknown")), 0u);
}

TEST_F(CallMetricsTest, AUnaryCallIsCountedFromItsBeginningToItsCode) {
  const LabelMap get = Of("unary", kRooms, "GetRoom");
  v1::CreateRoomRequest create;
  create.set_room("r");
  v1::CreateRoomResponse made;
  grpc::ClientContext context;
  ASSERT_TRUE(v1::RoomService::NewStub(channel_)->CreateRoom(&context, create, &made).ok());
  ASSERT_TRUE(GetRoom("r").ok());
  AwaitHandled(get, "OK", 1);
  EXPECT_EQ(Handled(get, "NotFound"), std::nullopt) << "what did not happen yet";
  ASSERT_EQ(GetRoom("another").error_code(), grpc::StatusCode::NOT_FOUND);
  AwaitHandled(get, "NotFound", 1);
  ASSERT_EQ(GetRoom("").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  AwaitHandled(get, "InvalidArgument", 1);
  EXPECT_EQ(Started(get), 3u);
  EXPECT_EQ(Handled(get, "OK"), 1u);
  EXPECT_EQ(Received(get), 3u);
  Await([&] { return Sent(get) == 1u; });
  Await([&] { return Timed(get) == 3u; });
  EXPECT_EQ(Started(Of("unary", kRooms, "ListRooms")), 0u) << "each its own";
}

TEST_F(CallMetricsTest, AMethodThatIsNotThereIsUnknownWhateverItIsCalled) {
  const LabelMap unknown = Of("bidi_stream", "unknown", "unknown");
  for (const char* path : {"/signaling.v1.RoomService/NoSuch", "/evil.Text/Text", "nonsense"}) {
    EXPECT_EQ(CallPath(path).error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
  }
  AwaitHandled(unknown, "Unimplemented", 3);
  EXPECT_EQ(Started(unknown), 3u);
  for (const prometheus::MetricFamily& family : registry_.Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      for (const auto& label : metric.label) {
        EXPECT_EQ(label.value.find("evil"), std::string::npos) << family.name;
        EXPECT_EQ(label.value.find("NoSuch"), std::string::npos) << family.name;
      }
    }
  }
}

TEST_F(CallMetricsTest, AStreamsMessagesAreThoseOfGrpc) {
  const LabelMap connect = Of("bidi_stream", kSignaling, "Connect");
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  Await([&] { return Sent(connect) == 1u; });
  EXPECT_EQ(Started(connect), 1u);
  EXPECT_EQ(Received(connect), 1u);
  EXPECT_EQ(Handled(connect, "OK"), 0u) << "it goes on";
  ann.HalfClose();
  EXPECT_TRUE(ann.Finish().ok());
  AwaitHandled(connect, "OK", 1);
  EXPECT_EQ(Received(connect), 1u) << "its end is no message";
  EXPECT_EQ(Timed(connect), std::nullopt) << "how long a stream is says nothing";
}

TEST_F(CallMetricsTest, ACancelledStreamIsCanceled) {
  const LabelMap watch = Of("server_stream", kRooms, "WatchEvents");
  grpc::ClientContext context;
  const auto stub = v1::RoomService::NewStub(channel_);
  const auto stream = stub->WatchEvents(&context, {});
  v1::WatchEventsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  AwaitHandled(watch, "Canceled", 1);
  EXPECT_EQ(Started(watch), 1u);
  EXPECT_EQ(Received(watch), 1u);
}

TEST_F(CallMetricsTest, WhatGrpcServesItselfIsCountedToo) {
  const grpc::Status status = CallPath("/grpc.health.v1.Health/Check");
  ASSERT_TRUE(status.ok()) << status.error_message();
  AwaitHandled(Of("unary", "grpc.health.v1.Health", "Check"), "OK", 1);
}

// Calls with a deadline of 50 ms and does nothing about it, so that the server's own timer is all that ends the call: HTTP/2
// by hand (RFC 9113; gRPC over HTTP/2, "Requests").
class MuteClient {
 public:
  MuteClient(std::uint16_t port, const char* path, const google::protobuf::Message& request)
      : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::string headers;
    for (const auto& [name, value] : {std::pair<std::string, std::string>{":method", "POST"},
                                      {":scheme", "http"},
                                      {":path", path},
                                      {":authority", "test"},
                                      {"te", "trailers"},
                                      {"content-type", "application/grpc"},
                                      {"grpc-timeout", "2S"}}) {
      // A literal without indexing (RFC 7541, section 6.2.2).
      headers += '\0' + Short(name) + Short(value);
    }
    const std::string body = request.SerializeAsString();
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "") +
         Frame(kHeaders, kEndHeaders, 1, headers) +
         Frame(kData, kEndStream, 1, '\0' + BigEndian(body.size(), 4) + body));
  }
  ~MuteClient() { close(socket_); }
  MuteClient(const MuteClient&) = delete;
  MuteClient& operator=(const MuteClient&) = delete;

 private:
  static constexpr char kData = 0x0;
  static constexpr char kHeaders = 0x1;
  static constexpr char kSettings = 0x4;
  static constexpr char kEndStream = 0x1;
  static constexpr char kEndHeaders = 0x4;

  static std::string BigEndian(std::size_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i) & 0xff);
    return out;
  }
  // Of less than 127 bytes.
  static std::string Short(const std::string& text) { return BigEndian(text.size(), 1) + text; }
  static std::string Frame(char type, char flags, std::size_t stream, const std::string& payload) {
    return BigEndian(payload.size(), 3) + type + flags + BigEndian(stream, 4) + payload;
  }
  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(socket_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }

  const int socket_;
};

class HeldCallMetricsTest : public OfficeTest {
 protected:
  HeldCallMetricsTest() { request_.set_room("r"); }

  std::optional<std::uint64_t> Handled(const char* code) {
    return Sample(registry_, "grpc_server_handled_total",
                  With(Of("unary", kRooms, "GetRoom"), code));
  }

  v1::GetRoomRequest request_;
};

TEST_F(HeldCallMetricsTest, ADeadlineIsOne) {
  office().Hold();
  const MuteClient late(server_->port(), "/signaling.v1.RoomService/GetRoom", request_);
  office().AwaitHeld(1);
  ServiceTest::Await([&] { return Handled("DeadlineExceeded") == 1u; });
  EXPECT_EQ(Handled("Canceled"), std::nullopt);
  EXPECT_EQ(Handled("OK"), 0u);
  office().AnswerHeld();
}

TEST_F(HeldCallMetricsTest, ACancellationIsOne) {
  office().Hold();
  grpc::ClientContext left;
  v1::GetRoomResponse response;
  std::thread caller([&] { stub_->GetRoom(&left, request_, &response); });
  office().AwaitHeld(1);
  left.TryCancel();
  caller.join();
  ServiceTest::Await([&] { return Handled("Canceled") == 1u; });
  EXPECT_EQ(Handled("DeadlineExceeded"), std::nullopt);
  EXPECT_EQ(Handled("OK"), 0u);
  office().AnswerHeld();
}

}  // namespace
}  // namespace signaling
