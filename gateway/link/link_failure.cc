#include "gateway/link/link_failure.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace signaling::gateway {
namespace {

constexpr char kOpen[] =
    "the service runs open: it asks clients for no token, and this gateway is reachable from "
    "outside; give the service --auth_keys or --auth_jwks_url, or say --allow_anonymous here too";

// Since TLS 1.3 a client hears of a certificate that is not taken only after its own part of the handshake is done, and the
// library reports no more than the end of the connection.
bool IsCut(const std::string& detail) {
  return absl::StrContains(detail, "Socket closed") ||
         absl::StrContains(detail, "Connection reset") || absl::StrContains(detail, "Broken pipe");
}

}  // namespace

LinkFailure FailureOf(const grpc::Status& status, bool over_tls) {
  LinkFailure failure{.status = static_cast<int>(status.error_code()),
                      .detail = status.error_message()};
  failure.is_refusal = status.error_code() == grpc::StatusCode::UNAUTHENTICATED ||
                       status.error_code() == grpc::StatusCode::PERMISSION_DENIED;
  failure.words = failure.is_refusal ? "the service refuses this gateway"
                                     : "the signaling service cannot be reached";
  if (!failure.detail.empty()) absl::StrAppend(&failure.words, ": ", failure.detail);
  if (over_tls && IsCut(failure.detail)) {
    absl::StrAppend(&failure.words, " (it may not take this gateway's certificate)");
  }
  return failure;
}

LinkFailure ServiceIsOpen() {
  return {.status = static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION),
          .detail = kOpen,
          .words = kOpen,
          .is_refusal = true};
}

LinkFailure NoToken(const absl::Status& status) {
  std::string message(status.message());
  return {.status = static_cast<int>(grpc::StatusCode::UNAUTHENTICATED),
          .detail = message,
          .words = absl::StrCat("this gateway has no token for the service: ", message),
          .is_refusal = true};
}

}  // namespace signaling::gateway
