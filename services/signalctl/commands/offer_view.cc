#include "services/signalctl/commands/offer_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/metadata.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/table.h"

namespace signaling::ctl {

std::string StateOf(const signaling::v1::Offer& offer) {
  return EnumWord(signaling::v1::OfferState_Name(offer.state()), "OFFER_STATE_");
}

void PrintOffer(Context& context, const signaling::v1::Offer& offer) {
  if (context.options.json()) return PrintJson(context.out, offer);
  const absl::Time now = absl::Now();
  const bool queued = offer.state() == signaling::v1::OFFER_STATE_QUEUED;
  Sheet sheet;
  sheet.Add("offer", offer.offer_id());
  sheet.Add("state", StateOf(offer));
  sheet.Add("of", offer.client_id());
  sheet.Add("claimed by", offer.claimer_client_id());
  sheet.Add("created", HumanTime(offer.create_time(), now));
  sheet.Add("expires", queued ? HumanTime(offer.expire_time(), now) : "");
  sheet.Add("lease ends", HumanTime(offer.lease_expire_time(), now));
  sheet.Add("claims", absl::StrCat(offer.claim_count()));
  sheet.Add("candidates", absl::StrCat(offer.candidate_count()));
  sheet.Add("allowed", absl::StrJoin(offer.allowed().client_ids(), ", "));
  sheet.Add("room", offer.room());
  sheet.Add("metadata", MetadataText(offer.metadata()));
  sheet.Print(context.out);
}

}  // namespace signaling::ctl
