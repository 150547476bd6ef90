#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/target.h"
#include "services/signalctl/context.h"
#include "services/signalctl/doctor/http_get.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr int kHttpOk = 200;
constexpr int kHttpUnavailable = 503;
constexpr std::size_t kMaxReason = 500;

absl::Status Run(const std::string& text, Context& context) {
  const absl::StatusOr<Url> url = ReadInternalUrl("URL", text);
  if (!url.ok()) return url.status();
  const absl::StatusOr<HttpAnswer> answer =
      HttpGet(*url, "/readyz", ToSteady(context.options.timeout));
  if (!answer.ok()) return Fail(ExitCode::kUnreachable, std::string(answer.status().message()));
  if (answer->status != kHttpOk && answer->status != kHttpUnavailable) {
    return Fail(ExitCode::kRefused, absl::StrCat(url->authority(), "/readyz: HTTP ", answer->status,
                                                 ": this is no internal port of ours"));
  }
  const bool ready = answer->status == kHttpOk;
  const std::string reason = Utf8(answer->body.substr(0, answer->body.find('\n')), kMaxReason);
  if (context.options.json()) {
    json::object said{{"ready", ready}};
    if (!ready) said["reason"] = reason;
    context.out << json::serialize(said) << "\n";
  } else if (ready) {
    context.out << "ready\n";
  } else {
    context.out << "not ready: " << Printable(reason) << "\n";
  }
  return ready ? absl::OkStatus() : Fail(ExitCode::kNo, "");
}

}  // namespace

void AddReady(CommandTree& tree) {
  auto url = std::make_shared<std::string>();
  Command command =
      tree.Add({.name = "ready",
                .summary = "Asks an internal port whether its process takes new sessions: a probe "
                           "without a shell.",
                .example = "signalctl ready http://127.0.0.1:8766\n"
                           "signalctl ready http://127.0.0.1:50052 --timeout 2s"},
               [url](Context& context) { return Run(*url, context); });
  command.Argument("URL", url.get(),
                   "http://HOST:PORT of the gateway's internal port, or the service's.");
}

}  // namespace signaling::ctl
