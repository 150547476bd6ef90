// PeerServer as its package has it, with a limit that lets the benchmark in.
import { PeerServer } from "peer";

PeerServer({ host: "127.0.0.1", port: 0, path: "/", concurrent_limit: 100000 }, (server) => {
  console.log(JSON.stringify({ event: "listening", port: server.address().port }));
});
