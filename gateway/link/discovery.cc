#include "gateway/link/discovery.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/resolver_base.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/common/log.h"
#include "services/common/mutex.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::seconds kInterval{30};
// After a look-up that failed, and between those that breaks ask for.
constexpr std::chrono::seconds kShortest{1};

std::string GrpcTarget(const net::ip::tcp::endpoint& endpoint) {
  if (endpoint.address().is_v4()) {
    return absl::StrCat("ipv4:", endpoint.address().to_string(), ":", endpoint.port());
  }
  // The target is a URI: a scope's percent sign is one of its own (RFC 3986, section 2.4).
  return absl::StrCat("ipv6:[", absl::StrReplaceAll(endpoint.address().to_string(), {{"%", "%25"}}),
                      "]:", endpoint.port());
}

Discovery::Addresses AskTheSystem(const std::string& name, const std::string& port,
                                  beast::error_code& ec) {
  IoContext io;
  net::ip::tcp::resolver resolver(io);
  // Only families that this machine has: a replica is not to be tried at an address that cannot be reached.
  return resolver.resolve(
      name, port,
      net::ip::resolver_base::address_configured | net::ip::resolver_base::numeric_service, ec);
}

}  // namespace

// What the thread that asks shares with the loop that wants to know, until that no longer does. Thread-safe.
class Discovery::Question {
 public:
  explicit Question(IoContext& io) : loop_(std::in_place, io.get_executor()) {}

  // Calls `then` on the loop, where it still wants to know.
  template <class Then>
  void Answer(Then then) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    if (!loop_) return;
    net::post(loop_->get_executor(), std::move(then));
    loop_.reset();
  }
  // The loop may be gone after this.
  void Forget() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    loop_.reset();
  }

 private:
  Mutex mu_;
  // It runs on until the answer is there.
  std::optional<net::executor_work_guard<IoContext::executor_type>> loop_ ABSL_GUARDED_BY(mu_);
};

Discovery::Discovery(IoContext& io, ServiceTarget target, Found found)
    : Discovery(io, std::move(target), std::move(found), AskTheSystem) {}

Discovery::Discovery(IoContext& io, ServiceTarget target, Found found, Resolve resolve)
    : io_(io), target_(std::move(target)), found_(std::move(found)), resolve_(std::move(resolve)) {}

Discovery::~Discovery() { Stop(); }

void Discovery::Start() {
  if (target_.name.empty()) return found_(target_.replicas);
  LookUp();
}

void Discovery::Tick(Instant now) {
  if (!target_.name.empty() && !question_ && !stopped_ && now >= next_) LookUp();
}

void Discovery::Refresh() { next_ = std::min(next_, last_ + kShortest); }

void Discovery::Stop() {
  stopped_ = true;
  if (question_) question_->Forget();
  question_.reset();
}

void Discovery::LookUp() {
  last_ = std::chrono::steady_clock::now();
  next_ = last_ + kInterval;
  question_ = std::make_shared<Question>(io_);
  try {
    // Nobody waits for this thread: the system's resolver cannot be cancelled.
    std::thread([this, question = question_, resolve = resolve_, name = target_.name,
                 port = target_.port] {
      beast::error_code ec;
      Addresses addresses = resolve(name, port, ec);
      // On the loop, `this` lives as long as it has not stopped.
      question->Answer([this, question, ec, found = std::move(addresses)] {
        // The thread may not be through with the loop yet, and the loop may be gone after this.
        question->Forget();
        if (question_ != question) return;
        question_.reset();
        OnAddresses(ec, found);
      });
    }).detach();
  } catch (const std::system_error&) {
    question_.reset();
    OnAddresses(net::error::no_memory, {});
  }
}

void Discovery::OnAddresses(beast::error_code ec, const Addresses& addresses) {
  if (ec) {
    // Those that were known stay: a name server's fault is no reason to leave them.
    log::Warning("service_lookup_failed", {{"name", target_.name}, {"detail", ec.message()}});
    next_ = last_ + kShortest;
    return;
  }
  std::vector<std::string> replicas;
  for (const auto& entry : addresses) replicas.push_back(GrpcTarget(entry.endpoint()));
  std::sort(replicas.begin(), replicas.end());
  replicas.erase(std::unique(replicas.begin(), replicas.end()), replicas.end());
  if (replicas.size() > kMaxReplicas) {
    log::Warning("too_many_replicas",
                 {{"name", target_.name}, {"found", std::uint64_t{replicas.size()}}});
    replicas.resize(kMaxReplicas);
  }
  found_(replicas);
}

}  // namespace signaling::gateway
