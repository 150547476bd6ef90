// grpc_server_*: what the calls of every service on the port come to, under the names of go-grpc-middleware
// (providers/prometheus), so that the dashboards and rules made for those work here.
#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "prometheus/registry.h"

namespace signaling {

// Thread-safe. Owned by the server, outlives its calls.
//
// Every method that there is has its series from the start, of grpc_server_handled_total the one of OK. One that there is
// not counts as "unknown": its name is the client's text. A message is what gRPC calls one: on Multiplex a batch of frames.
class CallMetrics {
 public:
  explicit CallMetrics(prometheus::Registry& registry);
  ~CallMetrics();
  CallMetrics(const CallMetrics&) = delete;
  CallMetrics& operator=(const CallMetrics&) = delete;

  // For the ServerBuilder. Counts here.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeInterceptors();

 private:
  struct Method;
  class Families;
  class Interceptor;
  class Interceptors;

  void AddService(const char* name);
  Method& Find(const char* path) const;

  // Constant after construction.
  const std::unique_ptr<Families> families_;
  absl::flat_hash_map<std::string, std::unique_ptr<Method>>
      methods_;  // by path: "/package.Service/Method"
  const std::unique_ptr<Method> unknown_;
};

}  // namespace signaling
