#include "services/signalctl/doctor/visit.h"

#include <utility>

namespace signaling::ctl {

Visit::Visit(const DoctorOptions& asked) : options(asked), traceparent(NewTraceparent()) {}

Socket::Options Visit::socket_options() const {
  return {.url = options.url,
          .tls = options.tls.get(),
          .origin = options.origin,
          .traceparent = traceparent,
          .timeout = options.timeout};
}

Asked Visit::asked() const {
  return {.url = options.url,
          .origin = options.origin,
          .room = options.room,
          .with_token = !options.token.empty()};
}

bool Visit::is_refused_by_identity() const {
  return greeting_trouble &&
         (greeting_trouble->code == "unauthenticated" || greeting_trouble->code == "token_expired");
}

Report RunDoctor(const DoctorOptions& options) {
  Visit visit(options);
  Report report{.url = options.url.ToString(), .traceparent = visit.traceparent};
  report.steps.push_back(CheckConnection(visit));
  report.steps.push_back(CheckFormat(visit));
  report.steps.push_back(CheckState(visit));
  Step authentication = CheckAuthentication(visit);
  report.steps.push_back(CheckLogs(visit));
  report.steps.push_back(std::move(authentication));
  return report;
}

}  // namespace signaling::ctl
