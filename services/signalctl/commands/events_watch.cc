#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"
#include "services/signalctl/event_text.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

struct Options {
  std::string cursor;
  std::uint32_t count = 0;
};

// Prints events as they come, each once, whatever becomes of the streams that bring them.
class Watcher {
 public:
  Watcher(const Options& options, Office& office, Context& context)
      : office_(office), context_(context), cursor_(options.cursor), left_(options.count) {}

  absl::Status Run() {
    absl::Time last_contact = absl::InfinitePast();  // there was none
    absl::Duration pause = kFirstPause;
    for (;;) {
      bool heard = false;
      const absl::Status status = office_.Watch(cursor_, [&](const auto& response) {
        heard = true;
        return Take(response);
      });
      if (heard) {
        last_contact = absl::Now();
        pause = kFirstPause;
      }
      // What did not begin is not tried again: most likely --service is wrong.
      const bool gives_up = absl::Now() > last_contact + context_.options.timeout;
      if (status.ok() || gives_up || ExitCodeOf(status) != ExitCode::kUnreachable) return status;
      if (heard) {
        context_.err << "signalctl: the stream broke, and goes on where it was: "
                     << Printable(std::string(status.message())) << "\n";
      }
      absl::SleepFor(pause);
      pause = std::min(pause * 2, kLongestPause);
    }
  }

 private:
  // False: enough was seen.
  bool Take(const signaling::v1::WatchEventsResponse& response) {
    const bool first = !watching_;
    watching_ = true;
    cursor_ = response.cursor();
    if (!response.has_event() && !first) return true;  // where it goes on is known
    if (context_.options.json()) {
      context_.out << Json(response) << "\n";
    } else if (response.has_event()) {
      context_.out << EventText(response.event()) << "\n";
    } else {
      context_.err << "signalctl: watching from cursor " << Printable(cursor_) << "\n";
    }
    context_.out.flush();
    context_.err.flush();
    if (!context_.out) return false;
    return !response.has_event() || left_ == 0 || --left_ > 0;
  }

  Office& office_;
  Context& context_;
  std::string cursor_;
  std::uint32_t left_;  // 0: without an end
  bool watching_ = false;
};

absl::Status Run(const Options& options, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  return Watcher(options, **office, context).Run();
}

}  // namespace

void AddEventsWatch(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command =
      tree.Add({.name = "events watch",
                .summary = "Prints what happens, an event a line, until it is ended.",
                .example = "signalctl events watch\n"
                           "signalctl events watch -o json | jq -c 'select(.event.room_opened)'",
                .columns = "When, what, the room or the offer, who and why. With -o json: a "
                           "WatchEventsResponse a line, as in\n"
                           "proto/signaling/v1/rooms.proto; the first one has only the cursor from "
                           "which on it watches.\n"
                           "A broken stream is resumed behind the last event, and given up after "
                           "--timeout. An event comes once.\n"
                           "CURSOR_EXPIRED: the service has forgotten the cursor, or was started "
                           "anew; list, then watch again."},
               [options](Context& context) { return Run(*options, context); });
  command.Option("--cursor", &options->cursor, "Only events behind it. Not given: from now on.");
  command.Option("--count", &options->count, "Ends after so many events; 0, the default, never.");
}

}  // namespace signaling::ctl
