#include "services/signalctl/office.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/build_info.h"
#include "services/common/certificate.h"
#include "services/common/text.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/grpc_failure.h"
#include "signaling/v1/rooms.grpc.pb.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

constexpr int kMaxAnswerBytes = 64 << 20;

absl::Status Named(std::string_view option, const absl::Status& status) {
  return Fail(ExitCode::kUsage, absl::StrCat(std::string(option), ": ", status.message()));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const GlobalOptions& options) {
  if (options.cert.empty() != options.key.empty()) {
    return Fail(ExitCode::kUsage, "--cert and --key belong together: one of them is missing");
  }
  if (options.ca.empty()) {
    if (options.cert.empty() && options.server_name.empty())
      return grpc::InsecureChannelCredentials();
    return Fail(ExitCode::kUsage,
                "--cert, --key and --server-name are for TLS: give --ca FILE, too");
  }
  absl::StatusOr<std::string> ca = ReadCertificates(options.ca);
  if (!ca.ok()) return Named("--ca", ca.status());
  if (options.cert.empty()) return grpc::SslCredentials({*ca, "", ""});
  absl::StatusOr<CertificatePair> pair = ReadCertificatePair(options.cert, options.key);
  if (!pair.ok()) return Named("--cert, --key", pair.status());
  return grpc::SslCredentials({*ca, pair->key, pair->certificates});
}

// The host of "host:port". gRPC itself takes whatever one writes, and says of what it cannot read that its name is not known.
absl::StatusOr<std::string> Host(std::string_view service) {
  const auto bad = [&](std::string_view why) {
    return Fail(ExitCode::kUsage, absl::StrCat("--service ", Absl(service), ": ", Absl(why)));
  };
  if (service.find("://") != std::string_view::npos) {
    return bad("is host:port, without a scheme (--ca FILE turns TLS on)");
  }
  const std::size_t colon = service.rfind(':');
  if (colon == std::string_view::npos) return bad("a port is missing (host:port)");
  std::uint32_t port = 0;
  const std::string_view digits = service.substr(colon + 1);
  if (!absl::SimpleAtoi(Absl(digits), &port) || port == 0 || port > 65535) {
    return bad("the port has to be a number from 1 to 65535");
  }
  std::string_view host = service.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad("an IPv6 address stands in brackets: [::1]:50051");
  }
  if (host.empty()) return bad("a host is missing (host:port)");
  return std::string(host);
}

// The variable that has gRPC go through a proxy (no_proxy leaves it out); nullptr: there is none.
const char* ProxyVariable() {
  for (const char* name : {"grpc_proxy", "https_proxy", "http_proxy"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return name;
  }
  return nullptr;
}

std::chrono::system_clock::time_point DeadlineIn(absl::Duration timeout) {
  return absl::ToChronoTime(absl::Now() + timeout);
}

}  // namespace

struct Office::Parts {
  Caller caller;
  std::string token;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::RoomService::Stub> stub;

  void Prepare(grpc::ClientContext& call) const {
    if (!token.empty()) call.AddMetadata("authorization", absl::StrCat("Bearer ", token));
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::RoomService::Stub::*method)(grpc::ClientContext*,
                                                                              const Request&,
                                                                              Response*),
                                const Request& request) const {
    grpc::ClientContext call;
    Prepare(call);
    call.set_deadline(DeadlineIn(caller.timeout));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&call, request, &response);
    if (!status.ok()) return FailureOf(status, caller);
    return response;
  }
};

Office::Office(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Office::~Office() = default;

absl::StatusOr<std::unique_ptr<Office>> Office::Open(Context& context) {
  const GlobalOptions& options = context.options;
  const absl::StatusOr<std::string> host = Host(options.service);
  if (!host.ok()) return host.status();
  auto credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  absl::StatusOr<std::string> token = context.Token();
  if (!token.ok()) return token.status();

  if (!token->empty() && options.ca.empty()) {
    context.WarnOfPlaintext(options.service, *host, "--ca FILE turns TLS on");
  }
  auto parts = std::make_unique<Parts>();
  parts->caller = {.address = options.service,
                   .tls = !options.ca.empty(),
                   .shows_certificate = !options.cert.empty(),
                   .shows_token = !token->empty(),
                   .proxy = IsHere(*host) ? nullptr : ProxyVariable(),
                   .timeout = options.timeout};
  parts->token = *std::move(token);
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(absl::StrCat("signalctl/", Absl(Build().version)));
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  // As the service bears it (docs/grpc.md): a watch over a dead connection ends.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // Despite its name it bounds each attempt to connect, TLS included: a far service has as long as an answer has.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(
                       std::clamp(options.timeout, absl::Seconds(1), absl::Minutes(10)))));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // As curl and Go do: no proxy leads to this machine, and none is to see the token on its way there.
  if (IsHere(*host)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A page of a thousand rooms with lists of who may come is longer than the 4 MiB that gRPC takes by default.
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  parts->channel = grpc::CreateCustomChannel(options.service, *credentials, arguments);
  parts->stub = v1::RoomService::NewStub(parts->channel);
  // Not make_unique: the constructor is private.
  return std::unique_ptr<Office>(new Office(std::move(parts)));
}

absl::StatusOr<v1::CreateRoomResponse> Office::Call(const v1::CreateRoomRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::CreateRoom, request);
}
absl::StatusOr<v1::GetRoomResponse> Office::Call(const v1::GetRoomRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::GetRoom, request);
}
absl::StatusOr<v1::ListRoomsResponse> Office::Call(const v1::ListRoomsRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ListRooms, request);
}
absl::StatusOr<v1::UpdateRoomResponse> Office::Call(const v1::UpdateRoomRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::UpdateRoom, request);
}
absl::StatusOr<v1::DeleteRoomResponse> Office::Call(const v1::DeleteRoomRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::DeleteRoom, request);
}
absl::StatusOr<v1::ListParticipantsResponse> Office::Call(
    const v1::ListParticipantsRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ListParticipants, request);
}
absl::StatusOr<v1::RemoveParticipantResponse> Office::Call(
    const v1::RemoveParticipantRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::RemoveParticipant, request);
}
absl::StatusOr<v1::GetOfferResponse> Office::Call(const v1::GetOfferRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::GetOffer, request);
}
absl::StatusOr<v1::ListOffersResponse> Office::Call(const v1::ListOffersRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ListOffers, request);
}
absl::StatusOr<v1::DeleteOfferResponse> Office::Call(const v1::DeleteOfferRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::DeleteOffer, request);
}
absl::StatusOr<v1::ListSessionsResponse> Office::Call(const v1::ListSessionsRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ListSessions, request);
}
absl::StatusOr<v1::EndSessionResponse> Office::Call(const v1::EndSessionRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::EndSession, request);
}
absl::StatusOr<v1::ExplainSessionResponse> Office::Call(const v1::ExplainSessionRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ExplainSession, request);
}
absl::StatusOr<v1::ExplainOfferResponse> Office::Call(const v1::ExplainOfferRequest& request) {
  return parts_->Call(&v1::RoomService::Stub::ExplainOffer, request);
}

absl::Status Office::Watch(const std::string& cursor,
                           const std::function<bool(const v1::WatchEventsResponse&)>& take) {
  // The stream itself has no deadline, so nothing else would end a connecting that leads nowhere.
  const auto deadline = DeadlineIn(parts_->caller.timeout);
  grpc_connectivity_state state = parts_->channel->GetState(/*try_to_connect=*/true);
  while (state == GRPC_CHANNEL_IDLE || state == GRPC_CHANNEL_CONNECTING) {
    if (!parts_->channel->WaitForStateChange(state, deadline)) {
      return FailureOf({grpc::StatusCode::DEADLINE_EXCEEDED, ""}, parts_->caller);
    }
    state = parts_->channel->GetState(/*try_to_connect=*/true);
  }
  grpc::ClientContext call;
  parts_->Prepare(call);
  v1::WatchEventsRequest request;
  request.set_cursor(cursor);
  const auto stream = parts_->stub->WatchEvents(&call, request);
  v1::WatchEventsResponse response;
  while (stream->Read(&response)) {
    if (take(response)) continue;
    call.TryCancel();
    while (stream->Read(&response)) {
    }
    stream->Finish();
    return absl::OkStatus();
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return FailureOf(status, parts_->caller);
  return FailureOf({grpc::StatusCode::UNAVAILABLE, "the stream ended"}, parts_->caller);
}

}  // namespace signaling::ctl
