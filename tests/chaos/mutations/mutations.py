"""One fault each, put into the sources on purpose, that the chaos has to notice."""

ENGINE = "services/signaling/engine/memory/"
JAVASCRIPT = "gateway/clients/js/src/"
PYTHON = "gateway/clients/python/signaling_client/"

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
    # In the libraries, of which the chaos has sessions too.
    "javascript_not_sent_again": ("what went on one connection does not go on the next", [
        (JAVASCRIPT + "outbox.js", "    this.#sent = this.#sentCharacters = 0;\n    this.acknowledge(id);",
         "    this.acknowledge(id);")]),
    "javascript_new_ids": ("what is sent again gets new ids", [
        (JAVASCRIPT + "outbox.js", "    this.acknowledge(id);\n    return true;",
         "    this.acknowledge(id);\n    for (const kept of this.#kept) {\n      kept.id = kept.message.id = this.#nextId++;\n"
         "      kept.text = JSON.stringify(kept.message);\n    }\n    return true;")]),
    "javascript_sent_is_acknowledged": ("what was sent counts as acknowledged after a break", [
        (JAVASCRIPT + "outbox.js", "    if (id < this.#acked) return false;",
         "    id = Math.max(id, this.#sent ? this.#kept[this.#sent - 1].id : 0);")]),
    "javascript_asks_again": ("asks for events that it had, and takes them again", [
        (JAVASCRIPT + "receipts.js", "    if (seq <= this.last) return false;\n    this.last = seq;",
         "    this.last = Math.max(this.last, seq);"),
        (JAVASCRIPT + "receipts.js", "  /** There is no connection",
         "  get told() { return this.#told; }\n\n  /** There is no connection"),
        (JAVASCRIPT + "client.js", "last_seq: this.#receipts.last }", "last_seq: this.#receipts.told }")]),
    "javascript_old_token": ("the first resume token is used for ever", [
        (JAVASCRIPT + "client.js", "token: message.resume_token };", "token: this.#session?.token ?? message.resume_token };")]),
    "python_not_sent_again": ("what went on one connection does not go on the next", [
        (PYTHON + "outbox.py", "        self._sent = 0\n        return True", "        return True")]),
    "python_new_ids": ("what is sent again gets new ids", [
        (PYTHON + "outbox.py", "        self._sent = 0\n        return True",
         "        self._sent = 0\n        again, self._kept, self._bytes = self._kept, deque(), 0\n        for one in again:\n"
         "            self._keep(one.text, one.size)\n        return True")]),
    "python_sent_is_acknowledged": ("what was sent counts as acknowledged after a break", [
        (PYTHON + "outbox.py", "        self.acknowledge(last_id)\n",
         "        self.acknowledge(max(last_id, self._kept[self._sent - 1].number if self._sent else 0))\n")]),
    "python_asks_again": ("asks for events that it had, and takes them again", [
        (PYTHON + "receipts.py", "        if seq <= self.last_seq:\n            return False\n        if seq != self.last_seq + 1:",
         "        if seq > self.last_seq + 1:"),
        (PYTHON + "receipts.py", "        self.last_seq = seq\n", "        self.last_seq = max(self.last_seq, seq)\n"),
        (PYTHON + "session.py", '"last_seq": self.receipts.tell()}', '"last_seq": self.receipts._told}')]),
    "python_old_token": ("the first resume token is used for ever", [
        (PYTHON + "session.py", "            return False\n        self._resume_token = messages.text(connected, \"resume_token\")\n",
         "            return False\n")]),
}
