"""One fault each, put into the sources on purpose, that the chaos has to notice."""

ENGINE = "services/signaling/engine/memory/"

# name: what it means, and [(file, what stands there once, what is to stand there)].
MUTATIONS = {
    "no_deduplication": ("an id that was processed is acted on again", [
        (ENGINE + "memory_engine.cc", "  if (id <= session->last_id) {", "  if (id == 0) {")]),
    "trimmed_when_sent": ("the outbox forgets what was sent, not what was acknowledged", [
        (ENGINE + "memory_engine.cc", "  return connections_.Pull(*session, after_seq, slot, budget, batch);",
         "  const PullResult result = connections_.Pull(*session, after_seq, slot, budget, batch);\n"
         "  const_cast<Session*>(session)->outbox.Acknowledge(result.last_seq);\n  return result;")]),
    "acknowledged_when_passed_on": ("the gateway acknowledges what it passes on, before the service has", [
        ("gateway/ws/uplink.cc", "    Send(frame, kept->bytes);\n",
         "    v1::DownFrame early;\n    early.set_ack_id(kept->numbers.id);\n    Send(frame, kept->bytes);\n"
         "    owner_.OnDown(early);\n")]),
    "no_epoch_check": ("what an older epoch says holds", [
        (ENGINE + "memory_engine.cc", "  return epoch == session->epoch ? session : nullptr;",
         "  return epoch <= session->epoch ? session : nullptr;"),
        (ENGINE + "connections.cc", "attach.epoch() != session->epoch", "attach.epoch() > session->epoch")]),
    "no_after_id_check": ("a message is processed although those before it are missing", [
        (ENGINE + "memory_engine.cc", "  if (frame->after_id() > session->last_id) {",
         "  if (frame->after_id() == frame->id()) {")]),
    "verdicts_not_stored": ("a verdict that was told once is not there to be told again", [
        (ENGINE + "outbox.cc", "    frame->CopyFrom(entry.event);\n",
         "    frame->CopyFrom(entry.event);\n"
         "    if (frame->has_error()) const_cast<Entry&>(entry).event.clear_reply_to();\n")]),
}
