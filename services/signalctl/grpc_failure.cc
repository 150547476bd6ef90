#include "services/signalctl/grpc_failure.h"

#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/human.h"

namespace signaling::ctl {
namespace {

struct Details {
  std::string reason;
  std::string field;
  absl::Duration retry_after = absl::ZeroDuration();
};

Details Read(const grpc::Status& status) {
  Details details;
  google::rpc::Status packed;
  if (!packed.ParseFromString(status.error_details())) return details;
  for (const auto& any : packed.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
    } else if (any.UnpackTo(&bad) && bad.field_violations_size() > 0) {
      details.field = bad.field_violations(0).field();
    } else if (any.UnpackTo(&retry)) {
      details.retry_after = ToDuration(retry.retry_delay());
    }
  }
  return details;
}

bool Has(const std::string& text, const char* part) { return absl::StrContains(text, part); }

// Of a connection that did not come about, or broke. gRPC has no codes for these.
std::string WhatToDo(const std::string& why, const Caller& caller) {
  if (Has(why, "Connection refused"))
    return "nothing listens there: is --service right, does it run?";
  if (Has(why, "DNS resolution failed") || Has(why, "Domain name not found")) {
    return "the name is not known: is --service right?";
  }
  if (caller.tls) {
    if (Has(why, "certificate verify failed")) {
      return "its certificate is not of the CAs in --ca, or is not valid now";
    }
    if (Has(why, "is not in peer certificate") || Has(why, "Hostname Verification")) {
      return "its certificate has another name: --server-name says which one to expect";
    }
    if (Has(why, "wrong version number") || Has(why, "WRONG_VERSION_NUMBER")) {
      return "it does not speak TLS: leave out --ca";
    }
    return caller.shows_certificate ? "it may not take this client certificate (--cert)"
                                    : "it may want a client certificate: --cert and --key";
  }
  if (Has(why, "Socket closed") || Has(why, "Connection reset") || Has(why, "closed")) {
    return "it hangs up: it may want TLS, then give its CA with --ca FILE";
  }
  return "is --service right, and if it speaks TLS, --ca given?";
}

// gRPC's own words, without what is said twice.
std::string Short(std::string_view why) {
  constexpr std::string_view kAll = "last error: ";
  const std::size_t at = why.rfind(kAll);
  if (at != std::string_view::npos) why.remove_prefix(at + kAll.size());
  constexpr std::string_view kCode = "UNKNOWN: ";
  if (why.starts_with(kCode)) why.remove_prefix(kCode.size());
  return std::string(why);
}

absl::Status Unreachable(const grpc::Status& status, const Caller& caller) {
  return Fail(
      ExitCode::kUnreachable,
      absl::StrCat("cannot reach the service at ", caller.address, ": ",
                   Short(status.error_message()), "; ", WhatToDo(status.error_message(), caller),
                   caller.proxy == nullptr ? std::string()
                                           : absl::StrCat("; ", caller.proxy,
                                                          " is set: no_proxy leaves "
                                                          "that proxy out")));
}

std::string Unauthenticated(const grpc::Status& status, const Caller& caller) {
  if (!caller.shows_token) {
    return absl::StrCat("the service wants to know who asks: ", status.error_message(),
                        "; give a token with --token-file FILE or in SIGNALCTL_TOKEN");
  }
  return absl::StrCat("the service does not take the token: ", status.error_message(),
                      "; `signalctl token check` says more");
}

std::string Denied(const grpc::Status& status, const Caller& caller) {
  return absl::StrCat("not allowed: ", status.error_message(),
                      caller.shows_token || !caller.shows_certificate
                          ? "; the token needs the grant admin"
                          : "; the service's --tls_admin_names needs a name of the certificate");
}

std::string Refused(const grpc::Status& status, const Details& details) {
  std::string words = status.error_message();
  if (words.empty()) words = "the service says no more than a code";
  const std::string field = details.field.substr(details.field.rfind('.') + 1);
  if (!field.empty() && !Has(words, field.c_str())) words = absl::StrCat(field, ": ", words);
  absl::StrAppend(
      &words, " (",
      details.reason.empty() ? absl::StrCat("gRPC status ", status.error_code()) : details.reason,
      ")");
  if (details.retry_after > absl::ZeroDuration()) {
    absl::StrAppend(&words, "; try again in ", HumanDuration(details.retry_after));
  }
  return words;
}

}  // namespace

std::string ReasonOf(const grpc::Status& status) { return Read(status).reason; }

absl::Status FailureOf(const grpc::Status& status, const Caller& caller) {
  const Details details = Read(status);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      if (details.reason.empty()) return Unreachable(status, caller);
      return Fail(ExitCode::kUnreachable, Refused(status, details));
    // Nobody here cancels what still matters: it is how a service that ends takes its streams down.
    case grpc::StatusCode::CANCELLED:
      return Fail(ExitCode::kUnreachable,
                  absl::StrCat("the service at ", caller.address, " ended the call: it goes away"));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Fail(ExitCode::kUnreachable,
                  absl::StrCat("no answer from ", caller.address, " within ",
                               absl::FormatDuration(caller.timeout),
                               "; is it the right address, and --timeout long enough?"));
    case grpc::StatusCode::UNAUTHENTICATED:
      return Fail(ExitCode::kNotAllowed, Unauthenticated(status, caller));
    case grpc::StatusCode::PERMISSION_DENIED:
      return Fail(ExitCode::kNotAllowed, Denied(status, caller));
    case grpc::StatusCode::NOT_FOUND: return Fail(ExitCode::kNotFound, Refused(status, details));
    case grpc::StatusCode::UNIMPLEMENTED:
      return Fail(ExitCode::kRefused,
                  absl::StrCat("what answers at ", caller.address,
                               " does not know this call: it is older than this signalctl, or no "
                               "signaling-service"));
    default: return Fail(ExitCode::kRefused, Refused(status, details));
  }
}

}  // namespace signaling::ctl
