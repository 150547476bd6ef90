// Does the gRPC port take a new connection? Asked by dialling it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "services/common/mutex.h"

namespace signaling {

// Thread-safe. Owns a thread that dials every five seconds, until Stop or the destructor.
class SelfCheck {
 public:
  // How it knows that somebody is there. The kernel takes connections for a listener that is dead, too.
  enum class Greeting : std::uint8_t {
    kHttp2,  // the settings of the connection
    // The first answer to a TLS handshake: the process has no client certificate to show itself.
    kTls,
  };

  SelfCheck(std::string target, Greeting greeting);
  ~SelfCheck();
  SelfCheck(const SelfCheck&) = delete;
  SelfCheck& operator=(const SelfCheck&) = delete;

  // Dials no more; the last result stays.
  void Stop();

  // The result of the last time.
  absl::Status status() const;

 private:
  void Run();

  const std::string target_;
  const Greeting greeting_;
  mutable Mutex mu_;
  std::condition_variable_any stop_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace signaling
