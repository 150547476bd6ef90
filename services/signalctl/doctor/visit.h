// One visit of the doctor: what was asked for, and the connection that the steps share. Not thread-safe. Owned by the command.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/signalctl/doctor/report.h"
#include "services/signalctl/ws/peer.h"

namespace signaling::ctl {

struct DoctorOptions {
  Url url;
  std::unique_ptr<boost::asio::ssl::context> tls;  // where the URL asks for it
  std::string origin;
  std::string token;  // empty: none
  std::string room;   // empty: a fresh one, where the token allows that
  Duration timeout = std::chrono::seconds(10);
  std::optional<Url> gateway_internal;
  std::optional<Url> service_internal;
  std::string gateway_log;  // paths
  std::string service_log;
};

struct Visit {
  explicit Visit(const DoctorOptions& asked);

  Socket::Options socket_options() const;
  Asked asked() const;
  // The greeting failed because of who asks: the last step's affair.
  bool is_refused_by_identity() const;

  const DoctorOptions& options;
  const std::string traceparent;
  boost::asio::io_context io;
  std::unique_ptr<Peer> peer;
  bool reachable = false;  // the WebSocket is open and answers
  bool greeted = false;
  std::optional<Trouble> greeting_trouble;
  std::vector<std::string> session_ids;  // of this visit
};

// The steps, in this order; the fourth is last, so that the logs have all of the others.
Step CheckConnection(Visit& visit);
Step CheckFormat(Visit& visit);
Step CheckState(Visit& visit);
Step CheckAuthentication(Visit& visit);
Step CheckLogs(Visit& visit);

Report RunDoctor(const DoctorOptions& options);

}  // namespace signaling::ctl
