// Finds the replicas of the service: those that are named, or every address of a name, looked up again and again. Not
// thread-safe: everything happens on the worker's thread. Owned by the worker, outlives its loop.
#pragma once

#include <boost/asio/ip/basic_resolver.hpp>
#include <functional>
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

  Discovery(IoContext& io, ServiceTarget target, Found found);

  void Start();
  // Begins the look-ups that are due.
  void Tick(Instant now);
  // Something has changed: looks soon.
  void Refresh();
  // No look-up follows. One that is on its way holds the loop until the system's resolver gives up.
  void Stop();

 private:
  using Resolver = net::ip::basic_resolver<net::ip::tcp, IoContext::executor_type>;

  void LookUp();
  void OnAddresses(beast::error_code ec, const Resolver::results_type& addresses);

  // Constant after construction.
  const ServiceTarget target_;
  const Found found_;

  Resolver resolver_;
  bool looking_ = false;
  bool stopped_ = false;
  Instant last_{};  // began
  Instant next_{};
};

}  // namespace signaling::gateway
