// Of a connection that was never open: which part of the way failed.
#include <openssl/x509_vfy.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/common/address.h"
#include "services/signalctl/ws/advice.h"

namespace signaling::ctl {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

std::string Where(const Asked& asked) { return HostPort(asked.url.host, asked.url.port); }

Advice Resolving(const Trouble& trouble, const Asked& asked) {
  return {absl::StrCat("the name ", asked.url.host, " has no address: ",
                       trouble.end.timed_out ? "the name server does not answer"
                                             : trouble.end.error.message()),
          "DNS does not know the host, or cannot be asked from here.",
          absl::StrCat("Check the spelling, and ask by hand: getent hosts ", asked.url.host)};
}

Advice Connecting(const Trouble& trouble, const Asked& asked) {
  if (trouble.end.timed_out) {
    return {absl::StrCat("no answer from ", Where(asked)),
            "Packets are lost on the way: a firewall drops them, or the address is not in use.",
            "Check firewall rules and network policies, and that the gateway listens on this "
            "address (--address)."};
  }
  if (trouble.end.error != asio::error::connection_refused) {
    return {absl::StrCat("cannot connect to ", Where(asked), ": ", trouble.end.error.message()),
            "There is no way to this address from here.",
            "Check the host, and routes and firewalls between here and there."};
  }
  return {absl::StrCat("no gateway: nothing listens at ", Where(asked), " (connection refused)"),
          asked.url.has_port ? "No gateway runs there, or it listens on another address or port."
                             : absl::StrCat("The URL has no port, which means ", asked.url.port,
                                            "; a gateway listens on 8765 unless told otherwise."),
          "Start signaling-gateway, or correct the URL: its log line \"listening\" names address "
          "and port."};
}

Advice Certificate(const Trouble& trouble, const Asked& asked) {
  const Verification& seen = trouble.trace.verification;
  Advice advice;
  advice.what = absl::StrCat("the server's certificate is not accepted: ", seen.error_text());
  switch (seen.error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      advice.meaning = absl::StrCat("The certificate is for ",
                                    seen.certificate && !seen.certificate->names.empty()
                                        ? absl::StrJoin(seen.certificate->names, ", ")
                                        : "no name at all",
                                    ", and not for ", asked.url.host, ".");
      advice.next =
          "Use a name that the certificate has, or have one made with this name (subjectAltName).";
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      advice.meaning = absl::StrCat(
          "It ", seen.certificate ? Lasting(*seen.certificate, absl::Now()) : "has ended",
          ", or a clock is wrong, or one above it in the chain has ended.");
      advice.next =
          "Renew the files of --tls_cert and --tls_key; the gateway takes new ones without a "
          "restart.";
      break;
    default:
      advice.meaning =
          absl::StrCat("No trusted CA vouches for it",
                       seen.certificate ? absl::StrCat("; its issuer is ", seen.certificate->issuer)
                                        : std::string(),
                       ".");
      advice.next =
          "Give the CA with --ca FILE; where it is a public one, let the file of --tls_cert hold "
          "the certificates that lead to it.";
  }
  return advice;
}

Advice Tls(const Trouble& trouble, const Asked& asked) {
  if (trouble.trace.verification.error != 0) return Certificate(trouble, asked);
  if (trouble.end.timed_out) {
    return {absl::StrCat("the server at ", Where(asked),
                         " takes the connection and does not answer the TLS handshake"),
            "What listens there does not speak TLS, or hangs.",
            "Try ws:// in place of wss://; look at the gateway's --tls_cert."};
  }
  return {absl::StrCat("no TLS: ", trouble.end.error.message()),
          "What listens there does not speak TLS (or not version 1.2 or later).",
          "Try ws:// in place of wss://; or give the gateway --tls_cert and --tls_key."};
}

// An answer of HTTP that is no upgrade.
Advice Declined(const Trouble& trouble, const Asked& asked) {
  const int status = trouble.trace.http_status;
  Advice advice;
  advice.what = absl::StrCat("the upgrade to WebSocket was answered with HTTP ", status);
  if (!trouble.trace.http_server.empty()) {
    absl::StrAppend(&advice.what, " by ", trouble.trace.http_server);
  }
  if (status == 404) {
    advice.meaning = absl::StrCat("The path ", asked.url.path(),
                                  " is not one of a gateway, or a proxy does not pass it on.");
    advice.next =
        "A gateway serves WebSockets on / and /v1: correct the path, or the proxy's rule.";
  } else if (status == 426) {
    advice.meaning = "A proxy on the way dropped the Upgrade header.";
    advice.next =
        "Let it pass Upgrade and Connection on: docs/examples/proxies has whole configurations.";
  } else if (status >= 300 && status < 400) {
    advice.meaning =
        absl::StrCat("The server sends clients elsewhere: ", trouble.trace.http_location);
    advice.next = "Use that address; WebSocket clients do not follow redirects.";
  } else if (status == 401 || status == 403) {
    advice.meaning =
        "Something in front of the gateway refuses: a gateway itself never answers an upgrade so.";
    advice.next = "Look at the access rules of the proxy.";
  } else if (status == 502 || status == 503 || status == 504) {
    advice.meaning = "A proxy answers, but it cannot reach the gateway behind it.";
    advice.next = "Start the gateway, or correct the proxy's upstream.";
  } else if (status == 429) {
    advice.meaning = "A proxy in front of the gateway limits requests.";
    advice.next = "Look at its limits.";
  } else if (status >= 200 && status < 300) {
    advice.meaning =
        "This is a plain HTTP server, not a gateway, or a proxy that drops the Upgrade header.";
    advice.next =
        "Check host and port; let proxies pass Upgrade and Connection on (docs/examples/proxies).";
  } else {
    advice.meaning = "What listens there does not take WebSockets on this path.";
    advice.next = "Check host, port and path; look at the log of what answers.";
  }
  return advice;
}

Advice Upgrading(const Trouble& trouble, const Asked& asked) {
  const auto& error = trouble.end.error;
  if (trouble.end.timed_out) {
    return {absl::StrCat("the server at ", Where(asked), " takes the connection and says nothing"),
            "What listens there hangs, or is no gateway and no HTTP server.",
            "Check host and port; look at the gateway's /healthz on its internal port (8766)."};
  }
  if (error == websocket::error::upgrade_declined) return Declined(trouble, asked);
  const bool is_http = error.category() != make_error_code(http::error::bad_version).category() ||
                       error == http::error::end_of_stream;
  if (!is_http) {
    return {absl::StrCat("the answer to the upgrade is no HTTP: ", error.message()),
            asked.url.tls ? "What listens there is no gateway."
                          : "What listens there is no gateway, or wants TLS.",
            asked.url.tls ? "Check host and port."
                          : "Try wss:// in place of ws://; check host and port."};
  }
  if (error.category() == make_error_code(websocket::error::closed).category()) {
    return {absl::StrCat("the answer to the upgrade is not one of RFC 6455: ", error.message()),
            "What listens there is no gateway, or a proxy changes the headers of the upgrade.",
            "Compare with the gateway's own port, without the proxy."};
  }
  return {absl::StrCat("the connection was closed in place of an answer to the upgrade: ",
                       error.message()),
          asked.url.tls
              ? "What listens there is no gateway, or a proxy cannot reach it."
              : "What listens there wants TLS, is no gateway, or is a proxy that cannot reach it.",
          asked.url.tls
              ? "Check host and port, and the proxy's upstream."
              : "Try wss:// in place of ws://; check host and port, and the proxy's upstream."};
}

}  // namespace

Advice ExplainWay(const Trouble& trouble, const Asked& asked) {
  switch (trouble.end.stage) {
    case Stage::kResolve: return Resolving(trouble, asked);
    case Stage::kConnect: return Connecting(trouble, asked);
    case Stage::kTls: return Tls(trouble, asked);
    case Stage::kUpgrade:
    case Stage::kOpen: break;
  }
  return Upgrading(trouble, asked);
}

}  // namespace signaling::ctl
