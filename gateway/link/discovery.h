// Finds the replicas of the service: those that are named, or every address of a name, looked up again and again. Not
// thread-safe: everything happens on the worker's thread. Owned by the worker, outlives its loop.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/instant.h"
#include "gateway/link/service_target.h"
#include "gateway/net.h"

namespace signaling::gateway {

class Discovery {
 public:
  // `found` gets all replicas that there are, as gRPC targets, each time that a look-up has an answer.
  using Found = std::function<void(const std::vector<std::string>& replicas)>;

  // What the machine's resolver says of a name. Takes as long as it takes, and is called on a thread of its own, which
  // may outlive the discovery.
  using Addresses = net::ip::tcp::resolver::results_type;
  using Resolve = std::function<Addresses(const std::string& name, const std::string& port,
                                          beast::error_code& ec)>;

  Discovery(IoContext& io, ServiceTarget target, Found found);
  Discovery(IoContext& io, ServiceTarget target, Found found, Resolve resolve);
  ~Discovery();
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  void Start();
  // Begins the look-ups that are due.
  void Tick(Instant now);
  // Something has changed: looks soon.
  void Refresh();
  // No look-up follows, and the loop waits no longer for one that is on its way: a name server that is dead can hold that
  // for a minute.
  void Stop();

 private:
  class Question;

  void LookUp();
  void OnAddresses(beast::error_code ec, const Addresses& addresses);

  // Constant after construction.
  IoContext& io_;
  const ServiceTarget target_;
  const Found found_;
  const Resolve resolve_;

  std::shared_ptr<Question> question_;  // on its way, or null
  bool stopped_ = false;
  Instant last_{};  // began
  Instant next_{};
};

}  // namespace signaling::gateway
