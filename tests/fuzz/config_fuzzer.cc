// libFuzzer target of what operators write: the values of flags that have a grammar of their own. The corpus test runs the
// same function in every build.
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "gateway/forwarded.h"
#include "gateway/link/service_target.h"
#include "gateway/origin.h"
#include "services/common/address.h"
#include "services/common/config_file.h"
#include "services/common/rate_limits.h"
#include "services/common/settings.h"
#include "services/common/text.h"
#include "services/signaling/core/ice_uri.h"

namespace {

using namespace signaling;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

template <typename Result>
void SaysWhy(const Result& result) {
  if constexpr (std::is_same_v<Result, absl::Status>) {
    Require(result.ok() || !result.message().empty(), "a refusal says why");
  } else {
    SaysWhy(result.status());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> list = absl::StrSplit(text, ',');

  const auto limits = ParseRateLimits(text);
  SaysWhy(limits);
  if (limits.ok() && limits->enabled) {
    Require(limits->burst >= 128 && limits->other > 0 && limits->connection > 0,
            "limits leave something");
  }
  const auto target = gateway::ParseServiceTarget(text);
  SaysWhy(target);
  if (target.ok()) {
    Require(target->replicas.size() <= gateway::kMaxReplicas, "replicas are bounded");
    Require(target->name.empty() != target->replicas.empty(), "a name or replicas");
  }
  const auto file = ParseConfigFile(text, "file");
  SaysWhy(file);
  if (file.ok()) {
    std::set<std::string> names;
    for (const Assignment& one : *file) Require(names.insert(one.name).second, "a key once");
  }
  const std::string once = Redacted(text);
  Require(once == Redacted(once), "what is redacted stays as it is");
  SaysWhy(CheckStunUri(text));
  SaysWhy(CheckTurnUri(text));
  SaysWhy(CheckListenAddress(text, {}));
  gateway::IsOriginAllowed(text, "example.org", {});
  gateway::IsOriginAllowed("https://example.org", text, {});

  const auto proxies = gateway::TrustedProxies::Parse(list);
  SaysWhy(proxies);
  const auto peer = boost::asio::ip::make_address("192.0.2.1");
  const gateway::TrustedProxies nobody;
  Require(gateway::ClientAddress(peer, text, nobody) == peer, "who is not trusted is not believed");
  const auto all = gateway::TrustedProxies::Parse({"0.0.0.0/0", "::/0"});
  Require(all.ok(), "every address is a prefix");
  gateway::ClientAddress(peer, text, *all);
  return 0;
}
