// What doctor, call and load have in common on the command line: where to, with which CAs, as whom, and for how long.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/signalctl/context.h"
#include "services/signalctl/ws/tls.h"
#include "services/signalctl/ws/trace.h"
#include "services/signalctl/ws/url.h"

namespace signaling::ctl {

struct Target {
  Url url;
  std::unique_ptr<boost::asio::ssl::context> tls;  // where the URL asks for it
  std::string token;                               // empty: none
  Duration timeout;
};

// Warns where a token would go without TLS.
absl::StatusOr<Target> ReadTarget(const std::string& url, Context& context);

// Of an http:// URL, for an internal port. `option` says in errors which it is.
absl::StatusOr<Url> ReadInternalUrl(std::string_view option, const std::string& text);

// The one token of a file; empty where `path` is.
absl::StatusOr<std::string> ReadTokenFile(std::string_view option, const std::string& path);

// Of an option, a period that asio can wait: at most a day.
Duration ToSteady(absl::Duration duration);

}  // namespace signaling::ctl
