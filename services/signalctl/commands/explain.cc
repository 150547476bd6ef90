#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/offer_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/terminal_text.h"
#include "services/signalctl/timeline.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

void Print(Context& context, const std::string& title, const v1::History& history) {
  context.out << Printable(title);
  if (history.steps_size() > 0) {
    const absl::Time first = ToTime(history.steps(0).step_time());
    context.out << absl::FormatTime(", from %Y-%m-%d on", first, absl::LocalTimeZone());
  }
  context.out << "\n";
  if (history.dropped_steps() > 0) {
    context.out << "(" << history.dropped_steps() << " earlier steps are not kept any more)\n";
  }
  Timeline(history).Print(context.out, context.style());
}

absl::Status Run(const std::string& id, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  v1::ExplainSessionRequest session_request;
  session_request.set_session(id);
  const auto session = (*office)->Call(session_request);
  if (session.ok()) {
    if (context.options.json()) {
      PrintJson(context.out, *session);
    } else {
      Print(context,
            absl::StrCat("session ", session->name(), " of ", session->client_id(),
                         session->history().live() ? ", which lives" : ", which has ended"),
            session->history());
    }
    return absl::OkStatus();
  }
  if (ExitCodeOf(session.status()) != ExitCode::kNotFound) return session.status();

  v1::ExplainOfferRequest offer_request;
  offer_request.set_offer_id(id);
  const auto offer = (*office)->Call(offer_request);
  if (!offer.ok()) {
    if (ExitCodeOf(offer.status()) != ExitCode::kNotFound) return offer.status();
    return Fail(
        ExitCode::kNotFound,
        absl::StrCat(
            id,
            ": no session and no offer of this name is known; of what has ended the service "
            "keeps 10 minutes"));
  }
  if (context.options.json()) {
    PrintJson(context.out, *offer);
  } else {
    const std::string of = offer->has_offer() ? absl::StrCat(" of ", offer->offer().client_id(),
                                                             ", ", StateOf(offer->offer()))
                                              : std::string(", which has ended");
    Print(context, absl::StrCat("offer ", id, of), offer->history());
  }
  return absl::OkStatus();
}

}  // namespace

void AddExplain(CommandTree& tree) {
  auto id = std::make_shared<std::string>();
  Command command =
      tree.Add({.name = "explain",
                .summary = "Tells step by step what happened to a session or a stored offer, also "
                           "for 10 minutes after its end.",
                .example = "signalctl explain 3f1c9d0e7a52\n"
                           "signalctl explain J5UHj2oXKzkGfq0rVTm1Bw",
                .columns = "TIME: in the zone of this machine. AFTER: since the step before. WHAT: "
                           "with ! where something was\n"
                           "refused, failed, or ended for a reason. WITH: the other client; of an "
                           "offer's step, who did it.\n"
                           "ABOUT: the room, or the offer. WHY: codes as in docs/protocol.md. No "
                           "descriptions, no candidates.\n"
                           "With -o json: ExplainSessionResponse or ExplainOfferResponse, as in "
                           "proto/signaling/v1/rooms.proto."},
               [id](Context& context) { return Run(*id, context); });
  command.Argument("ID", id.get(),
                   "A session's name (sessions list) or session_id (logs), or an offer's id.");
}

}  // namespace signaling::ctl
