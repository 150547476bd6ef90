#include "services/signaling/rpc/self_check.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/signaling/rpc/tls_dial.h"

namespace signaling {
namespace {

constexpr std::chrono::seconds kInterval{5};
constexpr std::chrono::seconds kPatience{2};

bool HearsHttp2(const std::string& target) {
  grpc::ChannelArguments arguments;
  // Without a pool of its own the channel would find the connection of an earlier time.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel =
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  return channel->WaitForConnected(std::chrono::system_clock::now() + kPatience);
}

absl::Status Dial(const std::string& target, SelfCheck::Greeting greeting) {
  const bool alive =
      greeting == SelfCheck::Greeting::kTls ? DialTls(target, kPatience).ok() : HearsHttp2(target);
  if (alive) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the gRPC port takes no new connection (", target, ")"));
}

}  // namespace

SelfCheck::SelfCheck(std::string target, Greeting greeting)
    : target_(std::move(target)), greeting_(greeting), thread_([this] { Run(); }) {}

SelfCheck::~SelfCheck() { Stop(); }

void SelfCheck::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status SelfCheck::status() const {
  MutexLock lock(mu_);
  return status_;
}

void SelfCheck::Run() {
  for (;;) {
    absl::Status status = Dial(target_, greeting_);
    MutexLock lock(mu_);
    status_ = std::move(status);
    const auto wake = std::chrono::steady_clock::now() + kInterval;
    while (!stopping_ && std::chrono::steady_clock::now() < wake) stop_.wait_until(mu_, wake);
    if (stopping_) return;
  }
}

}  // namespace signaling
